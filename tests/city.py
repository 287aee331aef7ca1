"""A small invented city for tests that do not need the whole demo."""

from datetime import date

from app.accounts import operations as accounts
from app.accounts.operations import INSTALLER
from app.core.database import writing
from app.core.policy import Role
from app.organisation import operations as organisation
from app.programmes import operations as programmes
from app.programmes.states import Phase, ThemeKind
from app.vocabulary import operations as vocabulary
from app.vocabulary.states import Kind

VALUES = {
    Kind.SOURCE: [("law", "Laki", "Lag"), ("strategy", "Strategia", "Strategi")],
    Kind.LONG_TERM_BENEFIT: [
        ("time", "Aikaa säästyy", "Tid sparas"),
        ("trust", "Luottamus", "Tillit"),
    ],
    Kind.BENEFICIARY: [("resident", "Asukas", "Invånare"), ("staff", "Henkilöstö", "Personal")],
    Kind.LEVEL: [("city", "Koko kaupunki", "Hela staden"), ("unit", "Yksikkö", "Enhet")],
    Kind.DEVELOPMENT_MODEL: [
        ("independent", "Itsenäinen", "Självständig"),
        ("network", "Verkosto", "Nätverk"),
    ],
}


def build() -> None:
    """Write the city into the empty database of the app in context: people, words, programme."""
    with writing():
        _people()
        for kind, values in VALUES.items():
            for position, (key, name_fi, name_sv) in enumerate(values, start=1):
                vocabulary.add_value(kind, key, name_fi, name_sv, position, INSTALLER)
        programme = programmes.add_programme(
            "Digiohjelma 2024–2026", "Digitalt program 2024–2026", 2024, 2026, INSTALLER
        )
        programmes.add_theme(programme, "A", "Palvelut", "Tjänster", INSTALLER, colour=1)
        programmes.add_theme(programme, "B", "Tieto", "Data", INSTALLER, colour=2)
        programmes.add_theme(
            programme, "K", "Kyvykkyydet", "Förmågor", INSTALLER, ThemeKind.ENABLER, colour=4
        )
        programmes.add_roadmap(programme, 2025, Phase.APPROVED, INSTALLER)
        programmes.add_roadmap(
            programme, 2026, Phase.COLLECTING, INSTALLER, submit_by=date(2026, 9, 30)
        )


def _people() -> None:
    sector = organisation.add_unit("services", "Palvelut", "Tjänster", INSTALLER)
    development = organisation.add_unit("development", "Kehittäminen", "Utveckling", INSTALLER)
    library = organisation.add_unit(
        "library", "Kirjasto", "Biblioteket", INSTALLER, parent_key="services"
    )
    streets = organisation.add_unit("streets", "Kadut", "Gator", INSTALLER)
    organisation.add_post(
        "service-director", "Palvelujohtaja", "Servicedirektör", sector, INSTALLER
    )
    organisation.add_post(
        "technical-director", "Tekninen johtaja", "Teknisk direktör", streets, INSTALLER
    )
    for key, name, language, roles, unit in (
        ("viewer", "Ville Esimerkki", "fi", [Role.VIEWER], sector),
        ("proposer", "Ella Esimerkki", "fi", [Role.PROPOSER], library),
        ("proposer2", "Stina Exempel", "sv", [Role.PROPOSER], streets),
        ("member", "Matti Malli", "fi", [Role.MEMBER], sector),
        ("member2", "Maj Modell", "sv", [Role.MEMBER], streets),
        ("member3", "Mikko Malli", "fi", [Role.MEMBER], development),
        ("chair", "Kaisa Kuviteltu", "fi", [Role.CHAIR], development),
        ("secretary", "Saara Sepite", "fi", [Role.SECRETARY], development),
        ("board-secretary", "Björn Påhitt", "sv", [Role.BOARD_SECRETARY], None),
        ("administrator", "Aino Esimerkki", "fi", [Role.ADMINISTRATOR], None),
    ):
        accounts.add_user(key, name, language, roles, INSTALLER, unit=unit, invented=True)
