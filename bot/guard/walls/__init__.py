"""The layers, put up in the one order that works, by the process that they are to hold."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.domain.walls import Layer, Walls
from bot.guard.walls import landlock, limits, namespaces, seccomp

_SYSTEM = tuple(
    map(
        Path,
        (
            # Not /usr whole: an image may keep the house in /usr/src/app.
            *("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/share"),
            *("/usr/local/lib", "/usr/local/share"),
            *("/etc/ssl", "/etc/ld.so.cache", "/etc/localtime"),
            # Where /etc/ssl leads on Fedora's and Arch's kin.
            *("/etc/pki/tls", "/etc/pki/ca-trust", "/etc/crypto-policies", "/etc/ca-certificates"),
            *("/etc/hosts", "/etc/host.conf", "/etc/nsswitch.conf", "/etc/resolv.conf"),
            *("/etc/passwd", "/etc/group", "/etc/gai.conf", "/etc/protocols", "/etc/services"),
            *("/proc/self", "/proc/meminfo", "/proc/cpuinfo", "/proc/stat", "/proc/sys"),
            # DuckDB ends the process where it can see these folders but not open them.
            *("/sys/fs/cgroup", "/sys/devices/system/cpu", "/dev/urandom", "/dev/zero"),
        ),
    )
)
"""What any program reads: libraries, TLS roots, zones, and facts about the machine."""
_NULL = Path("/dev/null")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What one run keeps within reach."""

    code: tuple[Path, ...]
    """Python, its packages and ours; read."""
    folder: Path | None
    """The client's own folder; read."""
    clients: Path | None
    """The folder of all clients: it looks empty but for the client's own."""
    scratch: Path
    scratch_mb: int
    hosts: str
    """The content of /etc/hosts in a network of one's own."""
    limits: limits.Limits


def enclose() -> Mapping[Layer, str]:
    """First half, before anything is connected: namespaces; returns what is missing and why."""
    missing = dict(namespaces.enter())
    if Layer.NETWORK not in missing:
        try:
            namespaces.loopback_up()
        except OSError as error:
            missing[Layer.NETWORK] = str(error)
    return missing


def close(plan: Plan, missing: Mapping[Layer, str]) -> Walls:
    """Second half: arrange the view, bound, and give everything else up, for good.

    ``missing`` is what ``enclose`` returned. From here on no secret is read before it returns.
    """
    lost = dict(missing)
    if Layer.MOUNTS not in lost:
        _try(Layer.MOUNTS, lambda: namespaces.arrange(_view(plan)), lost=lost)
    if Layer.USER not in lost:
        _try(Layer.USER, namespaces.powerless, lost=lost)
    own_user = Layer.USER not in lost
    _try(
        Layer.LIMITS,
        lambda: limits.bound(replace(plan.limits, threads=own_user)),
        lost=lost,
    )
    _try(Layer.PRIVATE, limits.private, lost=lost)
    own_network = Layer.NETWORK not in lost
    _try(Layer.FILES, lambda: landlock.restrict(_rules(plan, own_network=own_network)), lost=lost)
    _try(Layer.CALLS, lambda: seccomp.install(sockets=own_network), lost=lost)
    return Walls(stand=frozenset(Layer).difference(lost), missing=lost)


def _view(plan: Plan) -> namespaces.View:
    hidden = () if plan.clients is None else (plan.clients,)
    shown = () if plan.folder is None else (plan.folder,)
    return namespaces.View(
        scratch=plan.scratch,
        scratch_mb=plan.scratch_mb,
        hosts=plan.hosts,
        hidden=hidden,
        shown=shown,
    )


def _rules(plan: Plan, *, own_network: bool) -> landlock.Rules:
    own = () if plan.folder is None else (plan.folder,)
    return landlock.Rules(
        read=(*_SYSTEM, *plan.code, *own),
        write=(plan.scratch, _NULL),
        connect=None if own_network else (),
    )


def _try(layer: Layer, put_up: Callable[[], object], *, lost: dict[Layer, str]) -> None:
    """A layer that is refused is a fact to tell, never a reason to go on as if it stood."""
    try:
        put_up()
    except OSError as error:
        lost[layer] = str(error)
