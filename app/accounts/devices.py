"""What a browser says of itself, in words."""

# The first that is found counts, as most browsers also give the names of others.
_BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "SamsungBrowser/": "Samsung Internet",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
_SYSTEMS = {
    "Windows": "Windows",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}

_SHORT = 40


def in_words(user_agent: str) -> str:
    """Return a short name of a browser and its system, such as “Firefox, Windows”.

    It is what the browser claims, for its owner to tell sessions apart, and no proof of anything.
    Of one that is not known it is the beginning of what it says; empty when it says nothing.
    """
    browser = _first(_BROWSERS, user_agent)
    if not browser:
        return user_agent[:_SHORT].strip()
    return ", ".join(filter(None, (browser, _first(_SYSTEMS, user_agent))))


def _first(names: dict[str, str], user_agent: str) -> str:
    return next((name for sign, name in names.items() if sign in user_agent), "")
