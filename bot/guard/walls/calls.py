"""Which system calls a run may not make, and why each group is refused.

A list of what is refused rather than of what is allowed: the clients of the data sources are native
libraries of others, and what they call changes with each of their versions. What is here was tried
in docs/security.md's attacks.
"""

from collections.abc import Mapping

REFUSED: Mapping[str, tuple[str, ...]] = {
    "new programs and processes": ("execve", "execveat", "fork", "vfork", "setsid", "setpgid"),
    "new namespaces and mounts": (
        *("unshare", "setns", "mount", "umount2", "pivot_root", "chroot", "open_tree"),
        *("move_mount", "fsopen", "fsconfig", "fsmount", "fspick", "mount_setattr", "capset"),
        "open_tree_attr",
    ),
    "foreign processes": (
        *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise"),
        *("process_mrelease", "kcmp", "tkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo"),
        *("pidfd_open", "pidfd_getfd", "pidfd_send_signal", "migrate_pages", "move_pages"),
        *("ioprio_set", "sched_setparam", "sched_setscheduler", "sched_setattr"),
    ),
    "shared memory of the system, message queues, key rings": (
        *("shmget", "shmat", "shmctl", "semget", "semop", "semtimedop", "semctl"),
        *("msgget", "msgsnd", "msgrcv", "msgctl", "mq_open", "mq_unlink"),
        *("add_key", "request_key", "keyctl"),
    ),
    # Landlock does not cover these: a neighbour's file could be locked to its own owner.
    "owners, modes, times and marks of files": (
        *("chmod", "fchmod", "fchmodat", "fchmodat2", "chown", "fchown", "lchown", "fchownat"),
        *(
            "truncate",
            "utime",
            "utimes",
            "futimesat",
            "utimensat",
            "setxattr",
            "lsetxattr",
            "fsetxattr",
        ),
        *("setxattrat", "removexattr", "lremovexattr", "fremovexattr", "removexattrat"),
        "file_setattr",
    ),
    # Files in memory alone: the limits and whoever weighs the runs see none of it.
    "memory in no count": ("memfd_create", "memfd_secret"),
    # Nor does Landlock cover this: the names in a folder, as they come and go.
    "watching files": ("inotify_init", "inotify_init1", "fanotify_init"),
    "the kernel's wider doors": (
        *("bpf", "perf_event_open", "userfaultfd", "io_uring_setup"),
        *("io_uring_enter", "io_uring_register", "name_to_handle_at", "open_by_handle_at"),
        *("personality", "lookup_dcookie", "syslog"),
    ),
    "the machine": (
        *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load"),
        *("reboot", "swapon", "swapoff", "acct", "quotactl", "quotactl_fd", "vhangup"),
        *("sethostname", "setdomainname", "settimeofday", "clock_settime", "clock_adjtime"),
        *("adjtimex", "iopl", "ioperm"),
    ),
}
