// @generated automatically by Diesel CLI.

diesel::table! {
    blocks (blocker_id, blocked_id) {
        blocker_id -> BigInt,
        blocked_id -> BigInt,
        created_at -> BigInt,
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
    }
}

diesel::table! {
    friend_requests (sender_id, recipient_id) {
        sender_id -> BigInt,
        recipient_id -> BigInt,
        created_at -> BigInt,
        declined_at -> Nullable<BigInt>,
        cancelled_at -> Nullable<BigInt>,
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
    members (room_id, user_id) {
        room_id -> BigInt,
        user_id -> BigInt,
        joined_at -> BigInt,
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
    }
}

diesel::joinable!(events -> messages (message_id));
diesel::joinable!(events -> rooms (room_id));
diesel::joinable!(events -> users (actor_id));
diesel::joinable!(members -> rooms (room_id));
diesel::joinable!(members -> users (user_id));
diesel::joinable!(messages -> rooms (room_id));
diesel::joinable!(messages -> users (author_id));
diesel::joinable!(sessions -> users (user_id));

diesel::allow_tables_to_appear_in_same_query!(
    blocks,
    events,
    friend_requests,
    friendships,
    members,
    messages,
    rooms,
    sessions,
    users,
);
