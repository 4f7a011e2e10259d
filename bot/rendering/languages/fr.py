"""French. Changes are set phrases without a verb, so that they agree with any label; a model
may still write « est » or « sont » before them.
"""

from bot.domain.period import PeriodKind
from bot.rendering import words

WORDS = words.Words(
    code="fr",
    rose="en hausse de {}",
    fell="en baisse de {}",
    flat="à niveau stable ({})",
    unchanged="sans changement",
    no_base="sans point de comparaison",
    move_rose="en hausse, de {0} à {1}",
    move_fell="en baisse, de {0} à {1}",
    move_flat="à niveau stable, {0} avant et {1} maintenant",
    gained="en progrès de {}",
    lost="en recul de {}",
    even="sans changement",
    points="{} pt",
    not_available="non disponible",
    none="n.d.",
    no_comparison="pas de comparaison",
    flat_cell="stable",
    better="mieux",
    worse="moins bien",
    unnamed="(sans nom)",
    versus="vs {}",
    so_far="{} (en cours)",
    at_time="{0} à {1}",
    data_to="Données jusqu’au {}",
    by_ai="Rédigé par IA à partir de chiffres calculés",
    without_ai="Rédigé sans IA",
    partial="La période n’est pas terminée : ces chiffres sont provisoires.",
    data_ends="Les données de « {0} » s’arrêtent au {1} ; la période va jusqu’au {2}.",
    provisional="Les chiffres de « {0} » à partir du {1} peuvent encore changer.",
    sampled="Les chiffres de « {0} » sont estimés à partir d’un échantillon.",
    thresholded="Il manque à « {0} » des lignes de peu de personnes, que la source retient.",
    other_row="La source réunit les valeurs rares de « {0} » en une seule ligne.",
    truncated="Il manque des lignes à « {0} » : la source les a coupées.",
    no_value="{} : aucune valeur cette fois.",
    breakdown_differs="« {0} » ne correspond pas à {1} et n’en explique pas la variation.",
    last_year={
        PeriodKind.DAY: "Même jour l’an dernier",
        PeriodKind.WEEK: "Même semaine l’an dernier",
        PeriodKind.MONTH: "Même mois l’an dernier",
        PeriodKind.QUARTER: "Même trimestre l’an dernier",
        PeriodKind.LAST_DAYS: "Mêmes jours l’an dernier",
        PeriodKind.WEEK_TO_DATE: "Mêmes jours l’an dernier",
        PeriodKind.MONTH_TO_DATE: "Mêmes jours l’an dernier",
    },
    common=words.nouns(
        """achats annulations bénéfice chiffre clics clients commandes conversion conversions coût
        coûts dépense dépenses durée impressions investissement marge nombre nuitées nuits paniers
        panier prix prospects réservations revenu revenus séances sessions taux trafic utilisateurs
        valeur ventes visites visiteurs"""
    ),
    prose=words.Prose(
        moved="$label $change, à $value",
        flat="$label $change, à $value",
        came="$label : $value",
        went="$label $move",
        alike=" ; de même, ",
        unlike=" ; en regard, ",
        mover="$name $contribution ; tout le reste ensemble $rest.",
        mover_of="Sur $label : $name $contribution ; tout le reste ensemble $rest.",
        missing="Absents cette fois : $labels.",
        last_year="Par rapport à la même période de l’an dernier, $label $change.",
        first="Pour $period, il n’existe pas de période antérieure à comparer.",
        last_listed=" et ",
    ),
    refused=words.Vocabulary(
        numbers=(
            r"zéro|deux|trois|quatre|cinq|six|sept|huit|neuf|dix|onze|douze|treize|quatorze|quinze",
            r"seize|vingts?|trente|quarante|cinquante|soixante|septante|huitante|nonante|cents?",
            r"mille|millions?|milliards?|(?:di|dou|quin|cent|vingt|trent|cinquant)(?:z?aines?)|premi(?:er|ère)s?|seconde?s?|pourcent\w*",
            r"\w+ièmes?|tiers|moitiés?|demie?s?|doubl\w+|tripl\w+|quadrupl\w+|double|triple",
        ),
        phrases_of_number=(r"pour cent", r"un quart", r"quarts? d", r"une fois", r"fois plus"),
        directions=(
            r"hausses?|baiss\w*|augment\w*|diminu\w*|progress\w*|progrès|recul\w*|chut\w*|crois\w*",
            r"croît|décroi\w*|décroît|grimp\w*|bond\w*|mont(?:e|ent|é|ée|és|ées)|descend\w*",
            r"perd\w*|pertes?|gagn\w*|gains?|plus|moins|davantage|supérieure?s?|inférieure?s?",
            r"meilleure?s?|pires?|mieux|bon|bons|bonnes?|mauvais\w*|fort|forts|fortes?|fortement",
            r"faibles?|faiblement|stables?|stabilité|stagn\w*|constante?s?|inchangée?s?|records?",
            r"pics?|plafond\w*|plancher\w*|sommet\w*|élevée?s?|basse?s?|haute?s?|hauts?",
            r"amélior\w*|dégrad\w*|détérior\w*|repli\w*|rebond\w*|repris\w*|accélér\w*|ralenti\w*",
            r"explos\w*|effondr\w*|plong\w*|envol\w*|dépass\w*|excellent\w*|solides?|tendances?",
            r"principa\w+|majeure?s?|majorit\w+|plupart|premiers?|légère?s?|légèrement|nettement",
            r"positi\w+|négati\w+|rédui\w*|tir(?:é|ée|és|ées)",
        ),
        causes=(
            r"car|parce|puisque|cause\w*|grâce|donc|raisons?|expliqu\w*|entraîn\w*|provoqu\w*",
            r"port(?:é|ée|és|ées)|dû|due|dus|dues|conséquen\w*|résult\w*|impact\w*|contribu\w*",
            r"imput\w*|attribu\w*|pourquoi|refl[eè]t\w*",
        ),
        phrases_of_cause=(r"en raison d", r"à cause d", r"du fait d", r"sous l[’']effet d"),
        phrases_of_last_year=(
            r"l[’']an (?:dernier|passé)",
            r"l[’']année (?:dernière|passée|précédente)",
            r"sur un an",
        ),
        negations=("pas", "jamais", "guère", "peu", "presque", "non"),
    ),
)
