"""German. Changes are participles and adverbs, which agree with any label; a model may still
write «ist» or «sind» before them.
"""

from bot.domain.period import PeriodKind
from bot.rendering import words

_ONES = "zwei|zwo|drei|vier|fünf|sechs|sieben|acht|neun|zehn|elf|zwölf"

WORDS = words.Words(
    code="de",
    rose="um {} gestiegen",
    fell="um {} gesunken",
    flat="praktisch unverändert ({})",
    unchanged="unverändert",
    no_base="ohne Vergleichswert",
    move_rose="von {0} auf {1} gestiegen",
    move_fell="von {0} auf {1} gesunken",
    move_flat="praktisch unverändert, vorher {0} und jetzt {1}",
    gained="{} mehr",
    lost="{} weniger",
    even="unverändert",
    points="{} PP",
    not_available="nicht verfügbar",
    none="k. A.",
    no_comparison="kein Vergleich",
    flat_cell="unverändert",
    better="besser",
    worse="schlechter",
    unnamed="(ohne Namen)",
    versus="vs. {}",
    so_far="{} (bisher)",
    at_time="{0}, {1} Uhr",
    data_to="Daten bis {}",
    by_ai="Von KI aus berechneten Zahlen geschrieben",
    without_ai="Ohne KI geschrieben",
    last_year={
        PeriodKind.DAY: "Gleicher Tag im Vorjahr",
        PeriodKind.WEEK: "Gleiche Woche im Vorjahr",
        PeriodKind.MONTH: "Gleicher Monat im Vorjahr",
        PeriodKind.QUARTER: "Gleiches Quartal im Vorjahr",
        PeriodKind.LAST_DAYS: "Gleiche Tage im Vorjahr",
        PeriodKind.WEEK_TO_DATE: "Gleiche Tage im Vorjahr",
        PeriodKind.MONTH_TO_DATE: "Gleiche Tage im Vorjahr",
    },
    prose=words.Prose(
        moved="$label: $change, jetzt $value",
        flat="$label: $change, jetzt $value",
        came="$label: $value",
        went="$label: $move",
        alike="; ebenso ",
        unlike="; dagegen ",
        mover="$name: $contribution; alles andere zusammen: $rest.",
        mover_of="Bei $label – $name: $contribution; alles andere zusammen: $rest.",
        missing="Diesmal nicht dabei: $labels.",
        last_year="Gegenüber dem gleichen Zeitraum im Vorjahr – $label: $change.",
        first="Für $period gibt es keinen früheren Zeitraum zum Vergleich.",
        last_listed=" und ",
    ),
    refused=words.Vocabulary(
        numbers=(
            rf"null|eins|(?:{_ONES})(?:zehn|zig|ßig|hundert|tausend|mal|fach\w*|te[nrs]?|tel\w*)?",
            r"\w*(?:zwanzig|dreißig|vierzig|fünfzig|sechzig|siebzig|achtzig|neunzig|hundert|tausend)\w*",
            r"\w*million\w*|\w*milliarde\w*|dutzend\w*|einmal\w*|ein(?:und|hundert|tausend)\w+",
            r"(?:ver)?doppel\w*|(?:ver)?dreifach\w*|halb\w*|hälfte|halbier\w*|drittel\w*|viertel\w*",
            r"erste\w*|dritte\w*|prozent\w*|paar|verdrei\w+|vervier\w+",
        ),
        directions=(
            r"(?:ge|an|ver)?st(?:ieg|eig)\w*|gestiegen\w*|s(?:ank|änk|ink)\w*|gesunk\w*|fiel\w*",
            r"fäll\w*|fall|fallen\w*|gefallen\w*|(?:zu|ab)nahme\w*|zugenommen|abgenommen|zunehm\w*",
            r"abnehm\w*|nahm|nahmen|wuchs\w*|wachs\w*|wächs\w*|gewachsen|schrumpf\w*|geschrumpft",
            r"mehr|weniger|höher\w*|niedriger\w*|höchst\w*|niedrigst\w*|tiefer\w*|tiefst\w*|hoch",
            r"besser\w*|schlechter\w*|beste\w*|schlechtest\w*|gut\w*|schlecht\w*|stark\w*|schwach\w*",
            r"stärk\w*|schwäch\w*|stabil\w*|unverändert\w*|konstant\w*|gleichbleibend\w*|stagn\w*",
            r"rekord\w*|spitze\w*|höhepunkt\w*|tiefpunkt\w*|rückgang\w*|rückläufig\w*|plus|minus",
            r"gewonnen|gew(?:ann|innt|inn)\w*|verl(?:or|ier|ust)\w*|einbruch\w*|einbr\w*|sprung\w*",
            r"verbesser\w*|verschlechter\w*|erhol\w*|beschleunig\w*|verlangsam\w*|kletter\w*",
            r"über|unter|übertr\w*|größ(?:er|te|ten|ter)\w*|kleiner\w*|kleinst\w*|führend\w*",
            r"wichtigst\w*|meist\w*|mehrheit\w*|deutlich\w*|leicht\w*|erheblich\w*|trend\w*",
            r"positiv\w*|negativ\w*|senk\w*|gesenkt\w*|erhöh\w*|rauf|runter|aufwärts|abwärts|bergab",
        ),
        causes=(
            r"weil|da|wegen|deshalb|daher|darum|dadurch|dank|denn|grund|gründe\w*|ursach\w*",
            r"verursach\w*|bedingt|getrieben|zurückzuführen|folge|infolge|aufgrund|erklär\w*|führte\w*",
            r"beitrag\w*|beigetragen|trug|trugen|somit|sodass|durch",
        ),
        negations=("nicht", "kein", "keine", "nie", "kaum", "fast", "beinahe"),
    ),
)
