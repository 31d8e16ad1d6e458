// @generated automatically by Diesel CLI.

diesel::table! {
    blocks (blocker_id, blocked_id) {
        blocker_id -> BigInt,
        blocked_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    dismissed_tips (user_id) {
        user_id -> BigInt,
    }
}

diesel::table! {
    events (room_id, seq) {
        room_id -> BigInt,
        seq -> BigInt,
        kind -> Text,
        actor_id -> BigInt,
        message_id -> Nullable<BigInt>,
        created_at -> BigInt,
        user_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    friend_requests (sender_id, recipient_id) {
        sender_id -> BigInt,
        recipient_id -> BigInt,
        created_at -> BigInt,
        declined_at -> Nullable<BigInt>,
        cancelled_at -> Nullable<BigInt>,
        typed -> Text,
    }
}

diesel::table! {
    friendships (user_a, user_b) {
        user_a -> BigInt,
        user_b -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    history (id) {
        id -> BigInt,
        epoch -> Text,
        run_id -> Nullable<Text>,
        probes -> BigInt,
    }
}

diesel::table! {
    invites (id) {
        id -> BigInt,
        room_id -> BigInt,
        token -> Text,
        created_by -> BigInt,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        max_uses -> Nullable<BigInt>,
        uses -> BigInt,
        revoked_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    members (room_id, user_id) {
        room_id -> BigInt,
        user_id -> BigInt,
        joined_at -> BigInt,
        role -> Text,
        read_seq -> BigInt,
        level -> Text,
        invite_id -> Nullable<BigInt>,
        delivered_seq -> BigInt,
        pin -> Nullable<BigInt>,
    }
}

diesel::table! {
    mentions (user_id, room_id, seq) {
        user_id -> BigInt,
        room_id -> BigInt,
        seq -> BigInt,
        message_id -> BigInt,
        is_reply -> Bool,
        call_word -> Nullable<Text>,
    }
}

diesel::table! {
    message_versions (id) {
        id -> BigInt,
        message_id -> BigInt,
        client_id -> Text,
        body -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    messages (id) {
        id -> BigInt,
        room_id -> BigInt,
        author_id -> BigInt,
        client_id -> Text,
        body -> Text,
        seq -> BigInt,
        created_at -> BigInt,
        html -> Text,
        rendering -> BigInt,
        edited_at -> Nullable<BigInt>,
        deleted_at -> Nullable<BigInt>,
        deleted_by -> Nullable<BigInt>,
        reply_to -> Nullable<BigInt>,
        reply_quote -> Nullable<Text>,
        notice -> Nullable<Text>,
        has_reactions -> Bool,
    }
}

diesel::table! {
    past_settings (user_id, room_id, until) {
        user_id -> BigInt,
        room_id -> BigInt,
        until -> BigInt,
        value -> Text,
    }
}

diesel::table! {
    pins (message_id) {
        message_id -> BigInt,
        room_id -> BigInt,
        seq -> BigInt,
        user_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    preferences (user_id) {
        user_id -> BigInt,
        typing -> Bool,
        seen -> Bool,
        open_unread -> Bool,
        enter_sends -> Bool,
        sounds -> Bool,
        hide_previews -> Bool,
        letter_keys -> Bool,
        quiet_days -> BigInt,
        quiet_from -> BigInt,
        quiet_until -> BigInt,
        time_zone -> Text,
        snoozed_until -> Nullable<BigInt>,
        double_react -> Bool,
        catch_up -> Bool,
    }
}

diesel::table! {
    reactions (id) {
        id -> BigInt,
        message_id -> BigInt,
        emoji -> Text,
        user_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    read_before (user_id, room_id) {
        user_id -> BigInt,
        room_id -> BigInt,
        read_seq -> BigInt,
        marked_at -> BigInt,
        marked_seq -> BigInt,
    }
}

diesel::table! {
    reminders (id) {
        id -> BigInt,
        user_id -> BigInt,
        message_id -> BigInt,
        due_at -> BigInt,
        state -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    removals (room_id, user_id) {
        room_id -> BigInt,
        user_id -> BigInt,
        created_at -> BigInt,
    }
}

diesel::table! {
    rooms (id) {
        id -> BigInt,
        kind -> Text,
        direct_key -> Nullable<Text>,
        last_seq -> BigInt,
        last_message_at -> BigInt,
        created_at -> BigInt,
        name -> Text,
        topic -> Text,
        archived_at -> Nullable<BigInt>,
        delete_at -> Nullable<BigInt>,
        members_invite -> Bool,
        calls_all -> Bool,
        members_pin -> Bool,
    }
}

diesel::table! {
    scheduled_messages (id) {
        id -> BigInt,
        author_id -> BigInt,
        room_id -> Nullable<BigInt>,
        client_id -> Text,
        body -> Text,
        reply_to -> Nullable<BigInt>,
        due_at -> BigInt,
        state -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    sessions (id_hash) {
        id_hash -> Text,
        user_id -> BigInt,
        data -> Text,
        epoch -> BigInt,
        created_at -> BigInt,
        last_seen_at -> BigInt,
        expires_at -> BigInt,
        absolute_expires_at -> BigInt,
        user_agent -> Text,
        ip -> Text,
    }
}

diesel::table! {
    unknown_requests (sender_id, name_key) {
        sender_id -> BigInt,
        name_key -> Text,
        typed -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    users (id) {
        id -> BigInt,
        username -> Text,
        username_key -> Text,
        password -> Text,
        session_epoch -> BigInt,
        is_owner -> Bool,
        is_active -> Bool,
        created_at -> BigInt,
        password_changed_at -> BigInt,
        username_skeleton -> Nullable<Text>,
        display_name -> Text,
        display_skeleton -> Nullable<Text>,
        shares_name -> Bool,
        name -> Text,
        about -> Text,
        shared_zone -> Text,
        status_emoji -> Text,
        status_text -> Text,
        status_until -> Nullable<BigInt>,
    }
}

diesel::joinable!(dismissed_tips -> users (user_id));
diesel::joinable!(events -> messages (message_id));
diesel::joinable!(events -> rooms (room_id));
diesel::joinable!(events -> users (actor_id));
diesel::joinable!(invites -> rooms (room_id));
diesel::joinable!(invites -> users (created_by));
diesel::joinable!(members -> rooms (room_id));
diesel::joinable!(members -> users (user_id));
diesel::joinable!(mentions -> messages (message_id));
diesel::joinable!(mentions -> rooms (room_id));
diesel::joinable!(mentions -> users (user_id));
diesel::joinable!(message_versions -> messages (message_id));
diesel::joinable!(messages -> rooms (room_id));
diesel::joinable!(messages -> users (author_id));
diesel::joinable!(past_settings -> users (user_id));
diesel::joinable!(pins -> messages (message_id));
diesel::joinable!(pins -> rooms (room_id));
diesel::joinable!(pins -> users (user_id));
diesel::joinable!(preferences -> users (user_id));
diesel::joinable!(reactions -> messages (message_id));
diesel::joinable!(reactions -> users (user_id));
diesel::joinable!(read_before -> rooms (room_id));
diesel::joinable!(read_before -> users (user_id));
diesel::joinable!(reminders -> messages (message_id));
diesel::joinable!(reminders -> users (user_id));
diesel::joinable!(removals -> rooms (room_id));
diesel::joinable!(removals -> users (user_id));
diesel::joinable!(scheduled_messages -> rooms (room_id));
diesel::joinable!(scheduled_messages -> users (author_id));
diesel::joinable!(sessions -> users (user_id));
diesel::joinable!(unknown_requests -> users (sender_id));

diesel::allow_tables_to_appear_in_same_query!(
    blocks,
    dismissed_tips,
    events,
    friend_requests,
    friendships,
    history,
    invites,
    members,
    mentions,
    message_versions,
    messages,
    past_settings,
    pins,
    preferences,
    reactions,
    read_before,
    reminders,
    removals,
    rooms,
    scheduled_messages,
    sessions,
    unknown_requests,
    users,
);
