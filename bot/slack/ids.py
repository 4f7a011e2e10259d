"""Every name that travels through Slack and back: command, actions, blocks, views, metadata."""

COMMAND = "/report"

METADATA_EVENT = "reportops_delivery"
"""event_type of our messages' metadata; its payload is ``{"key": …}`` and nothing else."""

# buttons under a post
WHY = "post_why"
"""The value is ``<run>``."""
DASHBOARD = "post_dashboard"

# a failure card; the value is ``<incident>:<version>``
RETRY = "incident_retry"
SEND_WITHOUT = "incident_send_without"
DETAILS = "incident_details"
ROTATE = "incident_rotate"
"""Opens the modal for the credential that failed."""
CARD_MENU = "incident_menu"
"""The overflow; its option values are ``skip:<incident>:<version>`` and the like."""
OPEN_REPORT = "incident_open_report"
"""A link, on a card whose report has come."""
RETRY_ALL = "outage_retry"
"""On the card of an outage; the value is ``<outage>:<version>``."""
CONFIRM_AUDIENCE = "audience_confirm"
"""The value is ``<run>``."""

# what a preflight found
CHECK = "client_check"
"""The value is ``<client>``: look again."""

# a rerun's preview; the value is ``<run>``
REPLACE = "rerun_replace"
POST_AS_NEW = "rerun_post_new"
DISCARD = "rerun_discard"

# a report that is held for its figures; the value is ``<run>``
POST_ANYWAY = "absurd_post"
TRY_AGAIN = "absurd_again"

# whose data a client's sources serve; the value is ``<run>:<what was shown>``
IDENTITY_POST = "identity_post"
IDENTITY_CONFIRM = "identity_confirm"

# the menu and status lines; the value is ``<client>``
MENU_CLIENT = "menu_client"
MENU_STATUS = "menu_status"
MENU_RERUN = "menu_rerun"
MENU_PAUSE = "menu_pause"
MENU_RESUME = "menu_resume"
MENU_SCHEDULE = "menu_schedule"
MENU_COST = "menu_cost"
MENU_HISTORY = "menu_history"
MENU_FIX = "menu_fix"
"""The value is ``<incident>``: answers with that card's buttons."""
MENU_TOOLS = "menu_tools"
"""The block of the menu's buttons: ``state.values[MENU_TOOLS][MENU_CLIENT]`` is the chosen client
where a button carries no value of its own."""
COST_CSV = "cost_csv"
COST_REPORTS = "cost_reports"

# the home tab and the shortcuts
HOME = "home"
"""The first word of the home tab's private metadata; the second is the channel of their direct
messages with us."""
WINDOW = "window"
"""The same of a modal that answers a press or a shortcut; it is its callback id too."""
MENU_SHORTCUT = "report_menu"
ABOUT_SHORTCUT = "about_report"
ABOUT_RERUN = "about_rerun"
"""The value is ``<client> <report> <period>``."""

# modals
PAUSE_VIEW = "pause_view"
PAUSE_UNTIL = "pause_until"
PAUSE_REASON = "pause_reason"
ROTATE_VIEW = "rotate_view"
"""Asks for a credential. ``private_metadata`` is ``<client>/<source> <channel>``."""
ROTATE_CONFIRM = "rotate_confirm"
"""What the trial found, as a modal and as a button; the value begins with ``<rotation>``."""

# a rotation; the value is ``<rotation>``
ROTATE_CANCEL = "rotate_cancel"
ROLL_BACK = "rotate_back"
MENU_ROTATE = "menu_rotate"
"""On status lines; the value is ``<client>``, or ``<client> <source>``."""
