"""Spanish. Changes are set phrases without a verb, so that they agree with any label."""

from bot.domain.period import PeriodKind
from bot.rendering import words

WORDS = words.Words(
    code="es",
    rose="{} más",
    fell="{} menos",
    flat="sin cambios apreciables ({})",
    unchanged="sin cambios",
    no_base="sin dato con que comparar",
    move_rose="al alza, de {0} a {1}",
    move_fell="a la baja, de {0} a {1}",
    move_flat="sin cambios apreciables, {0} antes y {1} ahora",
    gained="{} más",
    lost="{} menos",
    even="sin cambios",
    share="un {}",
    points="{} pp",
    not_available="no disponible",
    none="n. d.",
    no_comparison="sin comparación",
    flat_cell="estable",
    better="mejor",
    worse="peor",
    unnamed="(sin nombre)",
    versus="vs. {}",
    so_far="{} (en curso)",
    at_time="{0}, {1}",
    data_to="Datos hasta el {}",
    by_ai="Escrito por IA a partir de cifras calculadas",
    without_ai="Escrito sin IA",
    last_year={
        PeriodKind.DAY: "Mismo día del año pasado",
        PeriodKind.WEEK: "Misma semana del año pasado",
        PeriodKind.MONTH: "Mismo mes del año pasado",
        PeriodKind.QUARTER: "Mismo trimestre del año pasado",
        PeriodKind.LAST_DAYS: "Mismos días del año pasado",
        PeriodKind.WEEK_TO_DATE: "Mismos días del año pasado",
        PeriodKind.MONTH_TO_DATE: "Mismos días del año pasado",
    },
    common=words.nouns(
        """cancelaciones clics clientes compras conversiones coste costes costo costos duración
        gasto gastos impresiones ingresos inversión margen noches pedido pedidos precio reservas
        sesiones tasa tráfico usuarios valor ventas visitantes visitas"""
    ),
    prose=words.Prose(
        moved="$label: $change, hasta $value",
        flat="$label: $change, en $value",
        came="$label: $value",
        went="$label: $move",
        alike="; igualmente, ",
        unlike="; en cambio, ",
        mover="$name: $contribution; todo lo demás en conjunto: $rest.",
        mover_of="En $label, $name: $contribution; todo lo demás en conjunto: $rest.",
        missing="Faltan esta vez: $labels.",
        last_year="Frente al mismo periodo del año pasado, $label: $change.",
        first="Para $period no hay un periodo anterior con que comparar.",
        last_listed=" y ",
    ),
    refused=words.Vocabulary(
        numbers=(
            r"cero|uno|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|trece|catorce",
            r"quince|dieci\w+|veint\w+|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa",
            r"cien|cientos?|\w+cient[oa]s|quinient[oa]s|mil|miles|mill[oó]n\w*|docenas?|decenas?",
            r"doble|triple|duplic\w*|triplic\w*|mitad|tercios?|cuartos?|primer[oa]?s?",
            r"segund[oa]s?|tercer[oa]?s?|ambos|ambas|porcent\w*",
        ),
        phrases_of_number=(r"por ciento", r"una vez", r"veces"),
        directions=(
            r"sub(?:e|en|ió|ieron|ido|ida|iendo)|subidas?|baj(?:a|an|ó|aron|ado|ada|ando|as|o|os)",
            r"aument\w*|creci\w*|crec(?:e|en)|cay\w*|ca(?:e|en|ído|ída|ídas)|caer|descen\w*|descien\w*",
            r"disminu\w*|reduc\w*|redu(?:j|zc)\w*|más|menos|mayor|mayores|menor|menores|superior\w*",
            r"inferior\w*|mejor\w*|peor\w*|empeor\w*|buen[oa]?s?|mal[oa]?s?|fuerte\w*|débil\w*",
            r"estable\w*|estabil\w*|constante\w*|plan[oa]s?|estanc\w*|récord\w*|record|máxim\w*",
            r"mínim\w*|picos?|gan(?:a|an|ó|aron|ado|ancia|ancias)|perd\w*|pierd\w*|pérdidas?|alza",
            r"altos?|altas?|avan[cz]\w*|retroce\w*|repunt\w*|recuper\w*|desplom\w*|dispar\w*|salt\w*",
            r"acele\w*|desacele\w*|lider\w*|principal\w*|mayoría|encima|debajo|super[óa]\w*",
            r"ligera\w*|leve\w*|notable\w*|signific\w*|positiv\w*|negativ\w*|tendencia\w*|excelent\w*",
        ),
        causes=(
            r"porque|debido|causa\w*|gracias|motivo\w*|raz[oó]n\w*|explic\w*|impuls\w*|pues|provoc\w*",
            r"consecuen\w*|result\w*|atribu\w*|impact\w*|contribu\w*|reflej\w*|responsable\w*",
        ),
        phrases_of_cause=(r"por eso", r"por tanto", r"a raíz de", r"ya que"),
        negations=("no", "nunca", "apenas", "casi", "tampoco"),
    ),
)
