"""English. The verbs read right after a singular and a plural alike."""

from bot.domain.period import PeriodKind
from bot.rendering import words

_TENS = "twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety"

WORDS = words.Words(
    code="en",
    rose="rose {}",
    fell="fell {}",
    flat="stayed flat ({})",
    unchanged="did not change",
    no_base="had nothing to compare with",
    move_rose="rose from {0} to {1}",
    move_fell="fell from {0} to {1}",
    move_flat="stayed flat, {0} before and {1} now",
    gained="gained {}",
    lost="lost {}",
    even="did not change",
    points="{} pt",
    not_available="not available",
    none="n/a",
    no_comparison="no comparison",
    flat_cell="flat",
    better="better",
    worse="worse",
    unnamed="(no name)",
    versus="vs {}",
    so_far="{} so far",
    at_time="{0}, {1}",
    data_to="Data to {}",
    by_ai="Written by AI from computed figures",
    without_ai="Written without AI",
    partial="The period is not over: its figures are those so far.",
    data_ends="The data of “{0}” ends on {1}; the period ends on {2}.",
    provisional="The figures of “{0}” from {1} on may still change.",
    sampled="The figures of “{0}” are estimated from a sample.",
    thresholded="“{0}” lacks rows of few people, which the source withholds.",
    other_row="The source folds rare values of “{0}” into one row.",
    truncated="Some rows of “{0}” are missing: the source cut them off.",
    no_value="{} has no value this time.",
    breakdown_differs="“{0}” does not add up to {1}, so it does not explain how that moved.",
    last_year={
        PeriodKind.DAY: "Same day last year",
        PeriodKind.WEEK: "Same week last year",
        PeriodKind.MONTH: "Same month last year",
        PeriodKind.QUARTER: "Same quarter last year",
        PeriodKind.LAST_DAYS: "Same days last year",
        PeriodKind.WEEK_TO_DATE: "Same days last year",
        PeriodKind.MONTH_TO_DATE: "Same days last year",
    },
    common=words.nouns(
        """active ad ads average booked booking bookings bounce cancellation cancellations checkout
        clicks click conv conversion conversions cost costs customers deals demand engaged
        engagement gross impressions income leads margin marketing media meetings net new nights
        occupancy open opportunities order orders organic page paid pipeline profit purchases
        qualified rate refund refunds return returning returns revenue sales session sessions
        signups sign-ups spend spending stock subscribers tickets time total traffic turnover unique
        users value visitors visits won"""
    ),
    prose=words.Prose(
        moved="$label $change to $value",
        flat="$label $change at $value",
        came="$label came to $value",
        went="$label $move",
        alike=" and ",
        unlike=" while ",
        mover="$name $contribution; everything else together $rest.",
        mover_of="In $label, $name $contribution; everything else together $rest.",
        missing="Missing this time: $labels.",
        last_year="Against the same period of last year, $label $change.",
        first="For $period there is no earlier period to compare with.",
    ),
    refused=words.Vocabulary(
        numbers=(
            r"zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve",
            r"(?:thir|four|fif|six|seven|eigh|nine)teen",
            _TENS,
            r"(?:hundred|thousand|million|billion|trillion|dozen)s?",
            r"(?:double|triple|treble|quadruple)[ds]?|doubling|tripling|halv(?:e|ed|es|ing)",
            r"half|twice|thrice|single|both|pair|couple|third|thirds|second|first|\w*fold",
            r"fourth|fifth|sixth|seventh|eighth|ninth|tenth|percent|percentage|percentages",
        ),
        phrases_of_number=(r"per cent", r"a quarter of", r"quarters of"),
        directions=(
            r"ris(?:e|es|en|ing)|rose|fell|fall(?:s|en|ing)?|up|down|upwards?|downwards?|upturn",
            r"(?:in|de)creas(?:e|es|ed|ing)|gr(?:ow|ows|ew|own|owing|owth)|shr(?:ink|inks|ank|unk)",
            r"drop(?:s|ped|ping)?|climb(?:s|ed|ing)?|declin(?:e|es|ed|ing)|downturn|uptick|uplift",
            r"g(?:ain|ains|ained|aining)|lo(?:se|ses|st|sing|ss|sses)|add(?:s|ed|ing)?|shed",
            r"higher|lower|highest|lowest|high|low|more|less|fewer|most|least|majority|minority",
            r"better|worse|best|worst|good|bad|great|poor|stron\w*|strength\w*|weak\w*|healthy|solid|excellent",
            r"improv\w+|worsen\w*|deteriorat\w+|recover\w*|rebound\w*|disappoint\w+|impressive",
            r"flat|stable|steady|unchanged|constant|level|plateau\w*|stagnant|stagnat\w+",
            r"record\w*|peak\w*|surg\w+|soar\w*|jump\w*|plung\w+|slump\w*|dip(?:s|ped)?|spik\w+",
            r"slip(?:s|ped|ping)?|slid|slid(?:e|es|ing)|tumbl\w+|crash\w*|boom\w*|collaps\w+",
            r"ahead|behind|above|below|exceed\w*|beat|beats|minus|plus|outperform\w*|underperform\w*|over|under",
            r"expand\w*|contract(?:ed|ing)|accelerat\w+|slow\w*|faster|quicker|advanc\w+|retreat\w*",
            r"larg(?:er|est)|bigg(?:er|est)|small(?:er|est)|top|leading|led|lead|main|key|major",
            r"surpass\w*|overt(?:ook|ak\w+)|outpac\w*|lag(?:s|ged|ging)?|tank(?:s|ed|ing)?|expect\w*",
            r"unexpected\w*|target\w*|biggest|greatest|greater|longer|shorter|cheaper|dearer|sharp|sharply|slight|slightly",
            r"significant\w*|substantial\w*|dramatic\w*|modest\w*|marked\w*|positive|negative",
            r"reduc\w+|rais\w+|lift(?:s|ed|ing)?|boost\w*|cut|cuts|nearly|almost|trend\w*",
        ),
        causes=(
            r"because|since|caus(?:e|ed|es|ing)|therefore|thus|hence|consequently|owing|reason\w*",
            r"explain\w*|driv(?:e|es|en|er|ers|ing)|drove|thanks|why|attribut\w+|stem\w*|reflect\w*",
            r"result(?:s|ed|ing)?|impact\w*|contribut\w+|responsible|accounted|account",
        ),
        phrases_of_cause=(r"due to", r"led to", r"on the back of", r"so that", r"as a result"),
        phrases_of_last_year=(
            r"year[- ](?:on|over)[- ]year",
            r"(?:last|previous|prior) year",
            r"a year (?:ago|earlier|before)",
            r"yoy",
        ),
        negations=("not", "never", "hardly", "barely", "scarcely", r"\w+n['’]t", "no longer"),
    ),
)
