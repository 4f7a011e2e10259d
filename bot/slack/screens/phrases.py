"""The few words around a post that are not about figures, per language of the narrative.

Words about figures are bot.rendering's; what operators read is English.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.domain.period import PeriodKind
from bot.rendering import languages

_DAYS, _WEEKS, _MONTHS, _QUARTERS = range(4)
_NOUN: Mapping[PeriodKind, int] = {
    PeriodKind.DAY: _DAYS,
    PeriodKind.WEEK: _WEEKS,
    PeriodKind.WEEK_TO_DATE: _WEEKS,
    PeriodKind.MONTH: _MONTHS,
    PeriodKind.MONTH_TO_DATE: _MONTHS,
    PeriodKind.QUARTER: _QUARTERS,
}

_THIS = {PeriodKind.DAY: _DAYS, PeriodKind.WEEK: _WEEKS, PeriodKind.MONTH: _MONTHS}


@dataclass(frozen=True, slots=True, kw_only=True)
class Phrases:
    """``{}`` takes what it is about."""

    figure: str
    """The head of the table's first column."""
    last: tuple[str, str, str, str, str]
    """The trend's span in days, weeks, months, quarters, and in periods of other lengths."""
    as_of: str
    from_figures: str
    """The provenance where no model was asked to write."""
    corrected: str
    late: str
    would_go_to: str
    left_out: str
    restated: str
    """Takes a figure's label, what was published, and what it is now."""
    more: str
    """Takes how many figures the table has no room for."""
    why: str
    defined: str = "{}"
    computed: str
    source: str
    before: str
    nothing_before: str
    delayed: str
    """The neutral line before a client; takes the report by one of ``this``."""
    this: tuple[str, str, str, str]
    """This day's, week's, month's report; and one of another length."""
    sent: str
    """What the neutral line becomes."""
    gone: str
    """What it becomes where no report comes; takes the same as ``delayed``."""

    def delay(self, kind: PeriodKind) -> str:
        """Return that the report of this day, week, … is delayed."""
        return self.delayed.format(self._named(kind))

    def end(self, kind: PeriodKind) -> str:
        """Return that the report of this day, week, … will not come."""
        return self.gone.format(self._named(kind))

    def _named(self, kind: PeriodKind) -> str:
        return self.this[_THIS.get(kind, len(self.this) - 1)]

    def span(self, kind: PeriodKind, periods: int) -> str:
        """Return such as ``last 8 weeks``."""
        return self.last[_NOUN.get(kind, len(self.last) - 1)].format(periods)


_EN = Phrases(
    figure="Figure",
    last=("last {} days", "last {} weeks", "last {} months", "last {} quarters", "last {} periods"),
    as_of="As of {}",
    from_figures="Written from computed figures",
    corrected="Corrected {}",
    late="Sent later than planned",
    would_go_to="Internal: would go to {}",
    left_out="Left out this time: {}",
    restated="{0} {1} as reported, now {2}",
    more="… and {} more under “Why these numbers?”",
    why="Why these numbers?",
    computed="Computed as {}",
    source="Source: {}",
    before="{0} for {1}",
    nothing_before="nothing to compare with",
    delayed="{} is delayed; we are on it and it will appear here.",
    this=("Today's report", "This week's report", "This month's report", "This report"),
    sent="Sent, see below.",
    gone="{} will not come; please ask us for any figures you need.",
)
_FR = Phrases(
    figure="Indicateur",
    last=(
        *("{} derniers jours", "{} dernières semaines", "{} derniers mois"),
        *("{} derniers trimestres", "{} dernières périodes"),
    ),
    as_of="État au {}",
    from_figures="Rédigé à partir de chiffres calculés",
    corrected="Corrigé {}",
    late="Envoyé plus tard que prévu",
    would_go_to="Interne : irait dans {}",
    left_out="Absent cette fois : {}",
    restated="{0} {1} au dernier rapport, désormais {2}",
    more="… et {} de plus sous « Pourquoi ces chiffres ? »",
    why="Pourquoi ces chiffres ?",
    computed="Calcul : {}",
    source="Source : {}",
    before="{0} pour {1}",
    nothing_before="rien à comparer",
    delayed="{} est en retard ; nous nous en occupons et il paraîtra ici.",
    this=(
        *("Le rapport du jour", "Le rapport de la semaine", "Le rapport du mois"),
        "Ce rapport",
    ),
    sent="Envoyé, voir ci-dessous.",
    gone="{} ne paraîtra pas ; demandez-nous les chiffres dont vous avez besoin.",
)
_DE = Phrases(
    figure="Kennzahl",
    last=(
        *("letzte {} Tage", "letzte {} Wochen", "letzte {} Monate"),
        *("letzte {} Quartale", "letzte {} Zeiträume"),
    ),
    as_of="Stand {}",
    from_figures="Aus berechneten Zahlen geschrieben",
    corrected="Korrigiert {}",
    late="Später gesendet als geplant",
    would_go_to="Intern: ginge an {}",
    left_out="Diesmal ohne: {}",
    restated="{0} {1} wie berichtet, jetzt {2}",
    more="… und {} weitere unter „Woher diese Zahlen?“",
    why="Woher diese Zahlen?",
    computed="Berechnet als {}",
    source="Quelle: {}",
    before="{0} für {1}",
    nothing_before="nichts zum Vergleichen",
    delayed="{} verspätet sich; wir kümmern uns darum, und er erscheint hier.",
    this=(
        *("Der heutige Bericht", "Der Bericht dieser Woche", "Der Bericht dieses Monats"),
        "Dieser Bericht",
    ),
    sent="Gesendet, siehe unten.",
    gone="{} entfällt; bitte fragen Sie uns nach den Zahlen, die Sie brauchen.",
)
_ES = Phrases(
    figure="Indicador",
    last=(
        *("últimos {} días", "últimas {} semanas", "últimos {} meses"),
        *("últimos {} trimestres", "últimos {} periodos"),
    ),
    as_of="Situación a {}",
    from_figures="Escrito a partir de cifras calculadas",
    corrected="Corregido {}",
    late="Enviado más tarde de lo previsto",
    would_go_to="Interno: iría a {}",
    left_out="Esta vez sin: {}",
    restated="{0} {1} según el informe, ahora {2}",
    more="… y {} más en «¿Por qué estas cifras?»",
    why="¿Por qué estas cifras?",
    computed="Cálculo: {}",
    source="Fuente: {}",
    before="{0} en {1}",
    nothing_before="nada con qué comparar",
    delayed="{} se retrasa; estamos en ello y aparecerá aquí.",
    this=(
        "El informe de hoy",
        "El informe de esta semana",
        "El informe de este mes",
        "Este informe",
    ),
    sent="Enviado, ver abajo.",
    gone="{} no llegará; pídannos las cifras que necesiten.",
)
_ALL: Mapping[str, Phrases] = {"en": _EN, "fr": _FR, "de": _DE, "es": _ES}


def find(language: str) -> Phrases:
    """Return the phrases of a language; English where it has none."""
    return _ALL.get(languages.base(language), _EN)
