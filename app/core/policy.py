"""Who may do what: one table, read by routes, menus, buttons and the documentation."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from flask_babel import lazy_gettext as _l
from flask_babel.speaklater import LazyString

from app.core.enums import Labelled


class Role(Labelled):
    """What a person is to the digital programme; a person may hold several."""

    ADMINISTRATOR = "administrator", _l("administrator")
    BOARD_SECRETARY = "board_secretary", _l("city board's secretary")
    CHAIR = "chair", _l("chair")
    MEMBER = "member", _l("member of the steering group")
    PROPOSER = "proposer", _l("proposer")
    SECRETARY = "secretary", _l("secretary of the steering group")
    VIEWER = "viewer", _l("viewer")


MEANINGS: Mapping[Role, LazyString] = MappingProxyType(
    {
        Role.VIEWER: _l("Reads what all staff may read."),
        Role.PROPOSER: _l("Proposes measures for a unit and for the units below it."),
        Role.MEMBER: _l("Scores proposals and takes part in the decisions."),
        Role.CHAIR: _l("Leads the steering group, and proposes the roadmap to the city board."),
        Role.SECRETARY: _l("Prepares everything, and records what the steering group decides."),
        Role.BOARD_SECRETARY: _l("Records what the city board decides on the roadmaps."),
        Role.ADMINISTRATOR: _l("Looks after people, units and posts; scores and decides nothing."),
    }
)
"""What a person in each role is there for, in the order in which roles are shown."""


@dataclass(frozen=True)
class Actor:
    """The one who acts: passed to every operation, so that none needs to see the request.

    Attributes:
        user_id: Id of the person; None for somebody who has not signed in.
        name: The person's name.
        roles: The roles that the person holds today.
        unit_ids: The units for which the person proposes, with the units below them.
        post_ids: The posts that the person holds, or is the deputy of.
    """

    user_id: int | None = None
    name: str = ""
    roles: frozenset[Role] = frozenset()
    unit_ids: frozenset[int] = frozenset()
    post_ids: frozenset[int] = frozenset()

    @property
    def is_signed_in(self) -> bool:
        """Whether this is a known person."""
        return self.user_id is not None


ANONYMOUS = Actor()

NO_UNIT = 0
"""The unit of what belongs to none, so that it is in nobody's own unit."""


class Action(Labelled):
    """What can be done in the tool; one rule for each in `RULES`."""

    ATTACH = "attach", _l("add files to a measure")
    COMMENT = "comment", _l("comment on a measure")
    DECIDE = "decide", _l("record the decisions of the steering group")
    DECIDE_FOR_BOARD = "decide_for_board", _l("record the decisions of the city board")
    EDIT_FACTS = "edit_facts", _l("edit the facts of an approved measure")
    EDIT_PROPOSAL = "edit_proposal", _l("edit a proposal")
    MANAGE_MEETINGS = "manage_meetings", _l("arrange meetings")
    MANAGE_PEOPLE = "manage_people", _l("manage people and their roles")
    MANAGE_PROGRAMMES = "manage_programmes", _l("prepare programmes and their themes")
    MANAGE_PROPOSALS = "manage_proposals", _l("handle proposals")
    MANAGE_ROADMAP = "manage_roadmap", _l("assemble the roadmap")
    MANAGE_ROUND = "manage_round", _l("arrange the scoring round")
    MANAGE_UNITS = "manage_units", _l("manage units and posts")
    PROPOSE = "propose", _l("propose a measure")
    PROPOSE_TO_BOARD = "propose_to_board", _l("propose the roadmap to the city board")
    READ_BOARD_TEXT = "read_board_text", _l("read the text for the city board")
    READ_DRAFTS = "read_drafts", _l("read drafts and returned proposals")
    READ_GROUP_COMMENTS = (
        "read_group_comments",
        _l("read and write comments within the steering group"),
    )
    READ_HISTORY = "read_history", _l("read the history of a measure")
    READ_MEETINGS = "read_meetings", _l("read the meetings of the steering group")
    READ_OUTBOX = "read_outbox", _l("look after the outbox of mail, without its contents")
    READ_POLICY = "read_policy", _l("read who may do what")
    READ_PROPOSALS = "read_proposals", _l("read proposals")
    READ_RANKING = "read_ranking", _l("read the ranking")
    READ_RECORD = "read_record", _l("read the record of all changes")
    READ_ROADMAPS = "read_roadmaps", _l("read roadmaps and their decisions")
    READ_SECRETS = "read_secrets", _l("read what is secret")
    READ_STATUS = "read_status", _l("read the status page")
    SAVE_SCENARIO = "save_scenario", _l("save scenarios of what fits within limits")
    SCORE = "score", _l("score a proposal")
    SEE_OPEN_PAGES = "see_open_pages", _l("read the pages that are open to all")
    SIGN_OUT = "sign_out", _l("sign out")
    SUBMIT_PROPOSAL = "submit_proposal", _l("submit and withdraw a proposal")
    TRANSLATE = "translate", _l("translate the texts of a measure")
    USE_OWN_PAGE = "use_own_page", _l("change own settings and read own data")


class Group(Labelled):
    """What the page "Who may do what" puts together, in its order."""

    FOR_EVERYONE = "for_everyone", _l("What everyone may do")
    PROPOSALS = "proposals", _l("Proposals")
    STEERING_GROUP = "steering_group", _l("Scoring and meetings")
    ROADMAPS = "roadmaps", _l("Roadmaps")
    ADMINISTRATION = "administration", _l("Administration")


@dataclass(frozen=True)
class Rule:
    """Who may do one thing.

    Attributes:
        group: With what it is shown.
        roles: Roles that may do it to anything.
        in_own_unit: Roles that may do it to what belongs to their own unit or a unit below it.
        as_lead: Whether the holder of a measure's lead post, and the deputy, may do it to that
            measure, whatever their roles.
        signed_in: Whether everybody who has signed in may do it, with a role or without.
        everyone: Whether signing in is not needed.
    """

    group: Group
    roles: frozenset[Role] = field(default_factory=frozenset)
    in_own_unit: frozenset[Role] = field(default_factory=frozenset)
    as_lead: bool = False
    signed_in: bool = False
    everyone: bool = False


def _roles(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


_STEERING_GROUP = _roles(Role.MEMBER, Role.CHAIR, Role.SECRETARY)

RULES: Mapping[Action, Rule] = MappingProxyType(
    {
        Action.ATTACH: Rule(
            Group.PROPOSALS, _roles(Role.SECRETARY), in_own_unit=_roles(Role.PROPOSER)
        ),
        Action.COMMENT: Rule(Group.FOR_EVERYONE, signed_in=True),
        Action.DECIDE: Rule(Group.STEERING_GROUP, _roles(Role.SECRETARY)),
        Action.DECIDE_FOR_BOARD: Rule(Group.ROADMAPS, _roles(Role.BOARD_SECRETARY)),
        Action.EDIT_FACTS: Rule(Group.PROPOSALS, _roles(Role.SECRETARY), as_lead=True),
        Action.EDIT_PROPOSAL: Rule(
            Group.PROPOSALS, _roles(Role.SECRETARY), in_own_unit=_roles(Role.PROPOSER)
        ),
        Action.MANAGE_MEETINGS: Rule(Group.STEERING_GROUP, _roles(Role.SECRETARY)),
        Action.MANAGE_PEOPLE: Rule(Group.ADMINISTRATION, _roles(Role.ADMINISTRATOR)),
        Action.MANAGE_PROGRAMMES: Rule(Group.ROADMAPS, _roles(Role.SECRETARY)),
        Action.MANAGE_PROPOSALS: Rule(Group.PROPOSALS, _roles(Role.SECRETARY)),
        Action.MANAGE_ROADMAP: Rule(Group.ROADMAPS, _roles(Role.SECRETARY)),
        Action.MANAGE_ROUND: Rule(Group.STEERING_GROUP, _roles(Role.SECRETARY)),
        Action.MANAGE_UNITS: Rule(Group.ADMINISTRATION, _roles(Role.ADMINISTRATOR)),
        Action.PROPOSE: Rule(
            Group.PROPOSALS, _roles(Role.SECRETARY), in_own_unit=_roles(Role.PROPOSER)
        ),
        Action.PROPOSE_TO_BOARD: Rule(Group.ROADMAPS, _roles(Role.CHAIR)),
        Action.READ_BOARD_TEXT: Rule(
            Group.ROADMAPS, _roles(Role.BOARD_SECRETARY, Role.CHAIR, Role.SECRETARY)
        ),
        Action.READ_DRAFTS: Rule(
            Group.PROPOSALS, _roles(Role.SECRETARY), in_own_unit=_roles(Role.PROPOSER)
        ),
        Action.READ_GROUP_COMMENTS: Rule(Group.STEERING_GROUP, _STEERING_GROUP),
        Action.READ_HISTORY: Rule(
            Group.PROPOSALS,
            _STEERING_GROUP | {Role.ADMINISTRATOR},
            in_own_unit=_roles(Role.PROPOSER),
        ),
        Action.READ_MEETINGS: Rule(Group.STEERING_GROUP, _STEERING_GROUP),
        Action.READ_OUTBOX: Rule(Group.ADMINISTRATION, _roles(Role.ADMINISTRATOR)),
        Action.READ_POLICY: Rule(Group.FOR_EVERYONE, signed_in=True),
        Action.READ_PROPOSALS: Rule(
            Group.PROPOSALS, _STEERING_GROUP, in_own_unit=_roles(Role.PROPOSER)
        ),
        Action.READ_RANKING: Rule(Group.STEERING_GROUP, _STEERING_GROUP),
        Action.READ_RECORD: Rule(Group.ADMINISTRATION, _roles(Role.ADMINISTRATOR)),
        Action.READ_ROADMAPS: Rule(Group.FOR_EVERYONE, signed_in=True),
        Action.READ_SECRETS: Rule(
            Group.PROPOSALS, _STEERING_GROUP, in_own_unit=_roles(Role.PROPOSER)
        ),
        Action.READ_STATUS: Rule(Group.FOR_EVERYONE, signed_in=True),
        Action.SAVE_SCENARIO: Rule(Group.STEERING_GROUP, _roles(Role.SECRETARY, Role.CHAIR)),
        Action.SCORE: Rule(Group.STEERING_GROUP, _roles(Role.MEMBER, Role.CHAIR)),
        Action.SEE_OPEN_PAGES: Rule(Group.FOR_EVERYONE, everyone=True),
        Action.SIGN_OUT: Rule(Group.FOR_EVERYONE, signed_in=True),
        Action.SUBMIT_PROPOSAL: Rule(Group.PROPOSALS, in_own_unit=_roles(Role.PROPOSER)),
        Action.TRANSLATE: Rule(
            Group.PROPOSALS, _roles(Role.SECRETARY), in_own_unit=_roles(Role.PROPOSER)
        ),
        Action.USE_OWN_PAGE: Rule(Group.FOR_EVERYONE, signed_in=True),
    }
)


def can(
    actor: Actor, action: Action, unit_id: int | None = None, lead_post_id: int | None = None
) -> bool:
    """Tell whether `actor` may do `action`.

    Args:
        actor: Who wants to act.
        action: What they want to do.
        unit_id: The unit that owns the thing in question. Without it the answer is whether the
            actor may do it to something at all, which is what a menu needs to know.
        lead_post_id: The post that is responsible for the thing, if there is one.
    """
    rule = RULES[action]
    if rule.everyone or (rule.signed_in and actor.is_signed_in) or actor.roles & rule.roles:
        return True
    if rule.as_lead and (actor.post_ids if unit_id is None else lead_post_id in actor.post_ids):
        return True
    if not actor.roles & rule.in_own_unit:
        return False
    return unit_id is None or unit_id in actor.unit_ids
