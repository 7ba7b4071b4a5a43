"""What Slack's error codes mean for a delivery: it may pass, this channel or message will never do, or a person must
first set something right for all of them.

The codes are those that Slack documents for `auth.test`, `chat.delete`, `chat.postMessage`, `chat.update` and the
`conversations` methods. One that is not here needs the operator: a message that waits can still be delivered.
"""

from __future__ import annotations

from enum import StrEnum

TOKEN_REMEDY = "install the app again and set SLACK_BOT_TOKEN to its bot token"  # noqa: S105 - names a setting
UNKNOWN_REMEDY = "see this code in Slack's documentation"
_BUG = "please report this message as a bug"
_OLD = "this version of the bot is too old for Slack: upgrade it"
_ADMINISTRATOR = "ask an administrator of the workspace"


class Meaning(StrEnum):
    PASSING = "passing"
    """Another attempt may well succeed."""
    PERMANENT = "permanent"
    """This message, or this channel, will never do."""
    OPERATOR = "operator"
    """Everything waits until a person has set the app, its token or the workspace right."""


PASSING = frozenset(
    {
        "external_channel_migrating",
        "fatal_error",
        "fetch_members_failed",
        "internal_error",
        "invalid_cursor",
        "message_limit_exceeded",
        # The thread's message went away between the edit and the reply: the next attempt finds that out and posts anew.
        "message_not_found",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "streaming_state_conflict",
        "team_added_to_org",
        "thread_not_found",
        "update_failed",
    }
)

_OF_THE_CHANNEL = {
    "cannot_reply_to_message": "the message in {channel} takes no replies",
    "cant_broadcast_message": "replies cannot be shown in {channel} itself",
    "cant_delete_message": "the message belongs to another app",
    "cant_update_message": "the message belongs to another app",
    "channel_is_limited_access": "the bot may not enter {channel}: invite it",
    "channel_not_found": "the bot sees no channel {channel}: correct the receiver, or if it is private invite the bot: "
    "/invite @usagebot",
    "channel_type_not_supported": "{channel} is no channel that an app can write to: correct the receiver",
    "edit_window_closed": "the workspace forbids editing messages that old",
    "is_archived": "the channel {channel} is archived: unarchive it or correct the receiver",
    "is_inactive": "the channel {channel} is frozen: correct the receiver",
    "messages_tab_disabled": "messages to the app are switched off: correct the receiver, or switch them on",
    "method_not_supported_for_channel_type": "{channel} is no channel that an app can write to: correct the receiver",
    "not_in_channel": "invite the bot to {channel}: /invite @usagebot",
    "restricted_action": f"the workspace restricts who posts in {{channel}}: {_ADMINISTRATOR}",
    "restricted_action_non_threadable_channel": "{channel} takes no replies in threads",
    "restricted_action_read_only_channel": f"{{channel}} is read-only: {_ADMINISTRATOR}",
    "restricted_action_thread_locked": "the thread in {channel} is locked",
    "restricted_action_thread_only_channel": "{channel} takes replies in threads only: correct the receiver",
    "slack_connect_canvas_sharing_blocked": f"{{channel}} is shared with another company: {_ADMINISTRATOR}",
    "slack_connect_clip_sharing_blocked": f"{{channel}} is shared with another company: {_ADMINISTRATOR}",
    "slack_connect_file_link_sharing_blocked": f"{{channel}} is shared with another company: {_ADMINISTRATOR}",
    "slack_connect_file_upload_sharing_blocked": f"{{channel}} is shared with another company: {_ADMINISTRATOR}",
    "slack_connect_lists_sharing_blocked": f"{{channel}} is shared with another company: {_ADMINISTRATOR}",
    "user_not_found": "there is no such person: correct the receiver",
}
_OF_THE_MESSAGE = dict.fromkeys(
    (
        "as_user_not_supported",
        "attachment_payload_limit_exceeded",
        "block_mismatch",
        "duplicate_channel_not_found",
        "duplicate_message_not_found",
        "invalid_arg_name",
        "invalid_arguments",
        "invalid_array_arg",
        "invalid_attachments",
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_charset",
        "invalid_form_data",
        "invalid_json",
        "invalid_limit",
        "invalid_metadata_filter_keys",
        "invalid_metadata_format",
        "invalid_metadata_schema",
        "invalid_post_type",
        "invalid_ts_latest",
        "invalid_ts_oldest",
        "invalid_types",
        "json_not_object",
        "markdown_text_conflict",
        "metadata_must_be_sent_from_app",
        "metadata_too_large",
        "missing_charset",
        "missing_post_type",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_dual_broadcast_content_update",
        "no_text",
        "too_many_attachments",
        "too_many_contact_cards",
    ),
    _BUG,
)
PERMANENT = _OF_THE_CHANNEL | _OF_THE_MESSAGE

OPERATOR = {
    "access_denied": f"the app may not do this: {_ADMINISTRATOR}",
    "accesslimited": "Slack is limited to certain networks: have the bot's address allowed",
    "account_inactive": f"the token's app or user is gone: {TOKEN_REMEDY}",
    "app_missing_action_url": "set the app's interactivity request URL",
    "deprecated_endpoint": _OLD,
    "ekm_access_denied": f"posting is suspended: {_ADMINISTRATOR}",
    "enterprise_is_restricted": f"it is a token of the whole organisation: {TOKEN_REMEDY}",
    "feature_not_enabled": f"the workspace has switched this off: {_ADMINISTRATOR}",
    "invalid_auth": f"the token is not valid: {TOKEN_REMEDY}",
    "invalid_team": f"the token is of another workspace: {TOKEN_REMEDY}",
    "method_deprecated": _OLD,
    "missing_argument": f"it is a token of the whole organisation: {TOKEN_REMEDY}",
    "missing_scope": "add the scope {needed} to the app and install it again",
    "no_permission": f"the app may not do this: {_ADMINISTRATOR}",
    "not_allowed_token_type": f"it is a token of the wrong type: {TOKEN_REMEDY}",
    "not_authed": f"no token was sent: {TOKEN_REMEDY}",
    "org_login_required": "the workspace is being moved to an organisation: log in there",
    "send_on_behalf_not_allowed": f"the app may not do this: {_ADMINISTRATOR}",
    "team_access_not_granted": f"the app is not admitted to the workspace: {_ADMINISTRATOR}",
    "team_not_found": f"the token is of another workspace: {TOKEN_REMEDY}",
    "token_expired": f"the token has expired: {TOKEN_REMEDY}",
    "token_revoked": f"the token was revoked: {TOKEN_REMEDY}",
    "two_factor_setup_required": "the account must set up two-factor authentication",
    "unknown_method": "set SLACK_API_URL to Slack's API, or leave it out",
    "user_is_bot": f"it is a token of the wrong type: {TOKEN_REMEDY}",
    "user_is_restricted": f"the token is a guest's: {TOKEN_REMEDY}",
    "user_is_ultra_restricted": f"the token is a guest's: {TOKEN_REMEDY}",
}

OF_THE_TOKEN = frozenset(
    {
        "accesslimited",
        "account_inactive",
        "invalid_auth",
        "not_authed",
        "org_login_required",
        "team_access_not_granted",
        "token_expired",
        "token_revoked",
        "two_factor_setup_required",
    }
)
"""Those of them with which nothing works: a call that is refused says nothing of what the app may do."""


def meaning_of(code: str) -> Meaning:
    if code in PASSING:
        return Meaning.PASSING
    return Meaning.PERMANENT if code in PERMANENT else Meaning.OPERATOR


def remedy_of(code: str) -> str:
    """What a person can do about it; `{channel}` and `{needed}` are to be filled in."""
    return PERMANENT.get(code) or OPERATOR.get(code) or UNKNOWN_REMEDY
