"""auth.test, team.info, bots.info, users.*, usergroups.*: who is who."""

from bot.demo.slack import conversations, core, rooms
from bot.demo.slack.arguments import Args
from bot.demo.slack.refusal import Refusal
from bot.demo.slack.shapes import Json


def auth_test(at: core.Core, _args: Args) -> Json:
    """auth.test of the bot token."""
    space = at.space
    return {
        "url": f"{at.base}/",
        "team": space.name,
        "user": space.people[space.bot_user].name,
        "team_id": space.team_id,
        "user_id": space.bot_user,
        "bot_id": space.bot_id,
        "is_enterprise_install": False,
    }


def api_test(_at: core.Core, args: Args) -> Json:
    """api.test: says back what it was told."""
    if args.text("error"):
        raise Refusal(args.text("error"))
    return {"args": {key: value for key, value in args.raw.items() if key != "token"}}


def team_info(at: core.Core, _args: Args) -> Json:
    """team.info."""
    space = at.space
    return {"team": {"id": space.team_id, "name": space.name, "domain": space.domain}}


def bots_info(at: core.Core, args: Args) -> Json:
    """bots.info: there is one bot."""
    space = at.space
    if args.text("bot") not in {"", space.bot_id}:
        raise Refusal("bot_not_found")
    name = space.people[space.bot_user].real_name
    return {
        "bot": {
            "id": space.bot_id,
            "deleted": False,
            "name": name,
            "app_id": space.app_id,
            "user_id": space.bot_user,
        }
    }


def user_info(at: core.Core, args: Args) -> Json:
    """users.info."""
    args.need("user")
    person = at.space.people.get(args.text("user"))
    if person is None:
        raise Refusal("user_not_found")
    return {"user": rooms.person_json(at, person)}


def users(at: core.Core, args: Args) -> Json:
    """users.list: people of this workspace, and those met in shared channels."""
    met = {user for channel in at.space.channels.values() for user in channel.members}
    found = [
        rooms.person_json(at, person)
        for person in at.space.people.values()
        if person.team == at.space.team_id or person.id in met
    ]
    cut, after = conversations.page(args, found, default=1000)
    return {"members": cut, "cache_ts": int(at.clock.now().timestamp())} | after


def by_email(at: core.Core, args: Args) -> Json:
    """users.lookupByEmail."""
    args.need("email")
    for person in at.space.people.values():
        if person.email and person.email == args.text("email"):
            return {"user": rooms.person_json(at, person)}
    raise Refusal("users_not_found")


def usergroups(at: core.Core, args: Args) -> Json:
    """usergroups.list."""
    if not at.space.rules.paid:
        raise Refusal("plan_upgrade_required")
    found: list[Json] = []
    for group in at.space.usergroups.values():
        told: Json = {
            "id": group.id,
            "team_id": at.space.team_id,
            "is_usergroup": True,
            "handle": group.handle,
            "name": group.handle,
            "user_count": len(group.users),
        }
        if args.flag("include_users"):
            told["users"] = list(group.users)
        found.append(told)
    return {"usergroups": found}


def usergroup_users(at: core.Core, args: Args) -> Json:
    """usergroups.users.list."""
    args.need("usergroup")
    if not at.space.rules.paid:
        raise Refusal("plan_upgrade_required")
    group = at.space.usergroups.get(args.text("usergroup"))
    if group is None:
        raise Refusal("no_such_subteam")
    return {"users": list(group.users)}
