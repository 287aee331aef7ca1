"""The criteria that a round begins with. They are content, so both languages stand here."""

from typing import NamedTuple


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


DEFAULT_CRITERIA = (
    CriterionFields(
        "effect",
        "Vaikutus asukkaille ja henkilöstölle",
        "Effekt för invånare och personal",
        "Kuinka moni hyötyy, ja kuinka paljon heidän arkensa tai työnsä helpottuu?",
        "Hur många har nytta av åtgärden, och hur mycket lättare blir deras vardag eller arbete?",
        weight=30,
    ),
    CriterionFields(
        "strategic_fit",
        "Yhteys strategiaan",
        "Koppling till strategin",
        "Kuinka hyvin toimenpide edistää kaupunkistrategian ja digiohjelman tavoitteita?",
        "Hur väl främjar åtgärden målen i stadsstrategin och digiprogrammet?",
        weight=20,
    ),
    CriterionFields(
        "urgency",
        "Kiireellisyys ja lakisääteisyys",
        "Brådska och lagstadgad skyldighet",
        "Velvoittaako laki, päättyykö järjestelmän tuki tai aiheutuuko odottamisesta haittaa?",
        "Kräver lagen åtgärden, upphör stödet för systemet eller är det skadligt att vänta?",
        weight=20,
    ),
    CriterionFields(
        "feasibility",
        "Toteutettavuus",
        "Genomförbarhet",
        "Riittävätkö osaaminen, tekijät, tekniikka ja aika?",
        "Räcker kompetensen, personalen, tekniken och tiden till?",
        weight=15,
    ),
    CriterionFields(
        "benefit_cost",
        "Hyöty suhteessa kustannuksiin",
        "Nytta i förhållande till kostnaderna",
        "Kuinka suuri hyöty on verrattuna kertakustannukseen ja vuosikustannukseen?",
        "Hur stor är nyttan jämfört med engångskostnaden och den årliga kostnaden?",
        weight=15,
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
    ),
)
"""The weights of those that count make 100, so that a weight reads as a percentage."""
