"""What is recorded, and of what."""

from flask_babel import lazy_gettext as _l

from app.core.enums import Labelled


class Tag(Labelled):
    """What happened. A value is never reused or renamed: old rows hold it."""

    ACCESS_REFUSED = "access_refused", _l("access refused")
    BOARD_DECIDED = "board_decided", _l("decision of the city board recorded")
    BULK_ACTION_DONE = "bulk_action_done", _l("several proposals handled at once")
    BULK_ACTION_UNDONE = "bulk_action_undone", _l("handling of several proposals undone")
    CLASSIFICATION_ADDED = "classification_added", _l("value of a classification added")
    COMMENT_ADDED = "comment_added", _l("comment added")
    COMMENT_REMOVED = "comment_removed", _l("comment removed")
    CRITERIA_CHANGED = "criteria_changed", _l("criteria of a scoring round changed")
    DATA_DOWNLOADED = "data_downloaded", _l("own data downloaded")
    DATES_SET = "dates_set", _l("dates of a roadmap set")
    DECISION_RECORDED = "decision_recorded", _l("decision of the steering group recorded")
    DECISION_UNDONE = "decision_undone", _l("decision of the steering group undone")
    ENTRY_CHANGED = "entry_changed", _l("theme or code changed")
    EXPORTED = "exported", _l("record exported")
    FILE_ADDED = "file_added", _l("file added")
    FILE_CHANGED = "file_changed", _l("publicity of a file changed")
    FILE_REMOVED = "file_removed", _l("file removed")
    GROUP_COMMENT_ADDED = (
        "group_comment_added",
        _l("comment within the steering group added"),
    )
    GROUP_COMMENT_REMOVED = (
        "group_comment_removed",
        _l("comment within the steering group removed"),
    )
    IDENTITY_ADDED = "identity_added", _l("city account linked")
    IDENTITY_REMOVED = "identity_removed", _l("city account unlinked")
    INVITED = "invited", _l("sign-in link made")
    ITEM_CHANGED = "item_changed", _l("place on a roadmap changed")
    ITEM_PLACED = "item_placed", _l("put on a roadmap")
    ITEM_REMOVED = "item_removed", _l("taken off a roadmap")
    KEPT_NO_LONGER = "kept_no_longer", _l("retention time over")
    LINEAGE_MARKED = "lineage_marked", _l("relation to another measure marked")
    LINEAGE_REMOVED = "lineage_removed", _l("relation to another measure removed")
    MATTER_ADDED = "matter_added", _l("put on an agenda")
    MATTER_REMOVED = "matter_removed", _l("taken off an agenda")
    MEASURE_ADDED = "measure_added", _l("measure added")
    MEASURE_EDITED = "measure_edited", _l("measure edited")
    MEASURE_ENTERED = "measure_entered", _l("put into a programme")
    MEASURE_MOVED = "measure_moved", _l("state of a proposal changed")
    MEETING_ARRANGED = "meeting_arranged", _l("meeting arranged")
    MESSAGE_REMOVED = "message_removed", _l("message taken out of the outbox")
    MESSAGE_TRIED_AGAIN = "message_tried_again", _l("message given another try")
    MINUTES_APPROVED = "minutes_approved", _l("minutes approved")
    PASSWORD_SET = "password_set", _l("password set")
    PERSON_ADDED = "person_added", _l("person added")
    PERSON_DISABLED = "person_disabled", _l("signing in denied to a person")
    PERSON_EDITED = "person_edited", _l("person edited")
    PERSON_ENABLED = "person_enabled", _l("signing in allowed to a person")
    PERSON_ERASED = "person_erased", _l("person erased")
    PHASE_CHANGED = "phase_changed", _l("phase of a roadmap changed")
    POST_ADDED = "post_added", _l("post added")
    POST_EDITED = "post_edited", _l("post edited")
    PROGRAMME_ADDED = "programme_added", _l("programme added")
    PUBLISHED = "published", _l("made public")
    REVIEW_SAVED = "review_saved", _l("review saved")
    ROADMAP_ADDED = "roadmap_added", _l("roadmap added")
    ROLE_CHANGED = "role_changed", _l("days of a role changed")
    ROLE_ENDED = "role_ended", _l("role ended")
    ROLE_GIVEN = "role_given", _l("role given")
    ROUND_EDITED = "round_edited", _l("scoring round changed")
    ROUND_OPENED = "round_opened", _l("scoring round opened")
    SCENARIO_REMOVED = "scenario_removed", _l("scenario removed")
    SCENARIO_SAVED = "scenario_saved", _l("scenario saved")
    SCORERS_REMINDED = "scorers_reminded", _l("scorers reminded")
    SECOND_FACTOR_RESET = "second_factor_reset", _l("second factor reset")
    SECOND_FACTOR_SET = "second_factor_set", _l("second factor set")
    SESSIONS_ENDED = "sessions_ended", _l("sessions ended")
    SIGNED_IN = "signed_in", _l("signed in")
    SIGNED_OUT = "signed_out", _l("signed out")
    SNAPSHOT_MADE = "snapshot_made", _l("snapshot made")
    STATUS_CORRECTED = "status_corrected", _l("status report corrected")
    STATUS_REPORTED = "status_reported", _l("status reported")
    THEME_ADDED = "theme_added", _l("theme added")
    UNIT_ADDED = "unit_added", _l("unit added")
    UNIT_EDITED = "unit_edited", _l("unit edited")


class Kind(Labelled):
    """What it happened to. A value is never reused or renamed: old rows hold it."""

    BULK_ACTION = "bulk_action", _l("handling of several proposals")
    CLASSIFICATION = "classification", _l("value of a classification")
    MEASURE = "measure", _l("measure")
    MEETING = "meeting", _l("meeting")
    PAGE = "page", _l("page")
    PERSON = "person", _l("person")
    POST = "post", _l("post")
    PROGRAMME = "programme", _l("programme")
    RECORD = "record", _l("record")
    ROADMAP = "roadmap", _l("roadmap")
    ROUND = "round", _l("scoring round")
    UNIT = "unit", _l("unit")
