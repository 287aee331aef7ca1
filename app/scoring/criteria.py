"""The criteria that a round begins with. They are content, so both languages stand here."""

from typing import NamedTuple

from app.scoring.models import Criterion


class CriterionFields(NamedTuple):
    """What is said of a criterion when a round is opened; the fields are those of `Criterion`."""

    key: str
    name_fi: str
    name_sv: str
    help_fi: str
    help_sv: str
    weight: int
    required: bool = True
    counted: bool = True
    words_fi: str = ""
    words_sv: str = ""

    @classmethod
    def of(cls, criterion: Criterion) -> "CriterionFields":
        """Return what is said of a criterion of some round."""
        return cls(**{name: getattr(criterion, name) for name in cls._fields})


def _lines(*words: str) -> str:
    return "\n".join(words)


DEFAULT_CRITERIA = (
    CriterionFields(
        "effect",
        "Vaikutus asukkaille ja henkilöstölle",
        "Effekt för invånare och personal",
        "Kuinka moni hyötyy, ja kuinka paljon heidän arkensa tai työnsä helpottuu?",
        "Hur många har nytta av åtgärden, och hur mycket lättare blir deras vardag eller arbete?",
        weight=30,
        words_fi=_lines(
            "hyödyttää yksittäisiä ihmisiä",
            "helpottaa pienen ryhmän arkea",
            "helpottaa monen arkea hieman",
            "helpottaa monen arkea selvästi",
            "muuttaa monen arjen",
        ),
        words_sv=_lines(
            "gagnar enstaka personer",
            "underlättar för en liten grupp",
            "underlättar lite för många",
            "underlättar klart för många",
            "förändrar vardagen för många",
        ),
    ),
    CriterionFields(
        "strategic_fit",
        "Yhteys strategiaan",
        "Koppling till strategin",
        "Kuinka hyvin toimenpide edistää kaupunkistrategian ja digiohjelman tavoitteita?",
        "Hur väl främjar åtgärden målen i stadsstrategin och digiprogrammet?",
        weight=20,
        words_fi=_lines(
            "ei liity tavoitteisiin",
            "tukee tavoitteita välillisesti",
            "edistää yhtä tavoitetta",
            "edistää useaa tavoitetta",
            "tavoite ei toteudu ilman tätä",
        ),
        words_sv=_lines(
            "saknar koppling till målen",
            "stöder målen indirekt",
            "främjar ett av målen",
            "främjar flera av målen",
            "ett mål nås inte utan detta",
        ),
    ),
    CriterionFields(
        "urgency",
        "Kiireellisyys ja lakisääteisyys",
        "Brådska och lagstadgad skyldighet",
        "Velvoittaako laki, päättyykö järjestelmän tuki tai aiheutuuko odottamisesta haittaa?",
        "Kräver lagen åtgärden, upphör stödet för systemet eller är det skadligt att vänta?",
        weight=20,
        words_fi=_lines(
            "voi odottaa vuosia",
            "voi odottaa vuoden",
            "odottaminen haittaa hieman",
            "odottaminen haittaa paljon",
            "laki velvoittaa tai tuki päättyy",
        ),
        words_sv=_lines(
            "kan vänta i flera år",
            "kan vänta ett år",
            "viss skada av att vänta",
            "stor skada av att vänta",
            "lagen kräver det eller stödet upphör",
        ),
    ),
    CriterionFields(
        "feasibility",
        "Toteutettavuus",
        "Genomförbarhet",
        "Riittävätkö osaaminen, tekijät, tekniikka ja aika?",
        "Räcker kompetensen, personalen, tekniken och tiden till?",
        weight=15,
        words_fi=_lines(
            "lähes kaikki puuttuu",
            "paljon puuttuu",
            "onnistuu, jos riskit hallitaan",
            "onnistuu todennäköisesti",
            "kaikki on valmiina",
        ),
        words_sv=_lines(
            "nästan allt saknas",
            "mycket saknas",
            "lyckas om riskerna hanteras",
            "lyckas sannolikt",
            "allt är på plats",
        ),
    ),
    CriterionFields(
        "benefit_cost",
        "Hyöty suhteessa kustannuksiin",
        "Nytta i förhållande till kostnaderna",
        "Kuinka suuri hyöty on verrattuna kertakustannukseen ja vuosikustannukseen?",
        "Hur stor är nyttan jämfört med engångskostnaden och den årliga kostnaden?",
        weight=15,
        words_fi=_lines(
            "kustannukset ylittävät hyödyn",
            "hyöty tuskin kattaa kustannukset",
            "hyöty vastaa kustannuksia",
            "hyöty on kustannuksia suurempi",
            "hyöty on moninkertainen",
        ),
        words_sv=_lines(
            "kostnaderna överstiger nyttan",
            "nyttan täcker knappt kostnaderna",
            "nyttan motsvarar kostnaderna",
            "nyttan är större än kostnaderna",
            "nyttan är flera gånger större",
        ),
    ),
    CriterionFields(
        "protection",
        "Tietosuoja ja tietoturva",
        "Dataskydd och informationssäkerhet",
        "Kuinka hyvin tietosuoja ja tietoturva on otettu huomioon? Ei vaikuta pisteisiin.",
        "Hur väl har dataskyddet och informationssäkerheten beaktats? Påverkar inte poängen.",
        weight=0,
        required=False,
        counted=False,
        words_fi=_lines(
            "ei ole otettu huomioon",
            "riskit tunnetaan, ratkaisut puuttuvat",
            "suurimmat riskit hallitaan",
            "riskit hallitaan hyvin",
            "parantaa nykyistä tasoa",
        ),
        words_sv=_lines(
            "har inte beaktats",
            "riskerna är kända men olösta",
            "de största riskerna hanteras",
            "riskerna hanteras väl",
            "förbättrar dagens nivå",
        ),
    ),
)
"""The weights of those that count make 100, so that a weight reads as a percentage."""
