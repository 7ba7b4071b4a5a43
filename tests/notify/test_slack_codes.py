"""Every error code that Slack documents for what the bot calls is in one class, with what to do about it."""

from __future__ import annotations

import pytest

from bot.notify.slack_codes import OPERATOR, PASSING, PERMANENT, UNKNOWN_REMEDY, Meaning, meaning_of, remedy_of

OF_ANY_METHOD = """
access_denied accesslimited account_inactive deprecated_endpoint ekm_access_denied enterprise_is_restricted fatal_error
internal_error invalid_arg_name invalid_arguments invalid_array_arg invalid_auth invalid_charset invalid_form_data
invalid_post_type method_deprecated missing_post_type missing_scope no_permission not_allowed_token_type not_authed
org_login_required ratelimited request_timeout service_unavailable team_access_not_granted team_added_to_org
token_expired token_revoked two_factor_setup_required
"""
OF_METHODS = {
    "chat.postMessage": """as_user_not_supported attachment_payload_limit_exceeded channel_not_found
        cannot_reply_to_message duplicate_channel_not_found duplicate_message_not_found invalid_blocks
        invalid_blocks_format invalid_metadata_format invalid_metadata_schema is_archived markdown_text_conflict
        message_limit_exceeded messages_tab_disabled metadata_must_be_sent_from_app metadata_too_large
        msg_blocks_too_long msg_too_long no_text not_in_channel rate_limited restricted_action
        restricted_action_non_threadable_channel restricted_action_read_only_channel restricted_action_thread_locked
        restricted_action_thread_only_channel slack_connect_canvas_sharing_blocked
        slack_connect_file_link_sharing_blocked slack_connect_lists_sharing_blocked team_not_found
        too_many_attachments too_many_contact_cards""",
    "chat.update": """block_mismatch cant_broadcast_message cant_update_message channel_not_found edit_window_closed
        external_channel_migrating invalid_attachments invalid_blocks invalid_blocks_format invalid_metadata_format
        invalid_metadata_schema is_inactive message_not_found metadata_must_be_sent_from_app metadata_too_large
        msg_too_long no_dual_broadcast_content_update no_text rate_limited streaming_state_conflict
        slack_connect_clip_sharing_blocked slack_connect_file_upload_sharing_blocked too_many_attachments
        update_failed""",
    "chat.delete": "cant_delete_message channel_not_found message_not_found",
    "conversations.history": """channel_not_found channel_is_limited_access invalid_cursor invalid_metadata_filter_keys
        invalid_ts_latest invalid_ts_oldest not_in_channel""",
    "conversations.info": "channel_not_found channel_type_not_supported fetch_members_failed missing_argument",
    "conversations.list": "invalid_cursor invalid_limit invalid_types method_not_supported_for_channel_type",
    "conversations.replies": "channel_not_found invalid_cursor invalid_ts_latest invalid_ts_oldest thread_not_found",
    "auth.test": "user_is_bot user_is_restricted user_is_ultra_restricted invalid_team",
}
DOCUMENTED = sorted({*OF_ANY_METHOD.split(), *(code for codes in OF_METHODS.values() for code in codes.split())})


@pytest.mark.parametrize("code", DOCUMENTED)
def test_every_documented_code_is_in_one_class(code: str) -> None:
    assert sum(code in known for known in (PASSING, PERMANENT, OPERATOR)) == 1
    assert code in PASSING or remedy_of(code) != UNKNOWN_REMEDY


def test_the_classes_share_no_code() -> None:
    assert not PASSING & PERMANENT.keys()
    assert not PERMANENT.keys() & OPERATOR.keys()
    assert not OPERATOR.keys() & PASSING


def test_a_code_of_tomorrow_waits_for_the_operator_and_rejects_nothing() -> None:
    assert meaning_of("a_code_of_tomorrow") is Meaning.OPERATOR
    assert remedy_of("a_code_of_tomorrow") == UNKNOWN_REMEDY


def test_a_remedy_has_no_gap_that_nobody_fills() -> None:
    for code in (*PERMANENT, *OPERATOR):
        assert "{" not in remedy_of(code).format(channel="#noc", needed="chat:write")
