--TEST--
Options: both ends of each range are accepted, what lies beyond is a ValueError
--EXTENSIONS--
chatroom
--FILE--
<?php
$ranges = [
    'max_message_size' => [1, 67108864], 'max_fragments' => [1, 1000000], 'max_connections' => [0, 10000000],
    'max_connections_per_ip' => [0, 10000000], 'handshake_timeout' => [0.1, 3600], 'message_timeout' => [0.1, 3600],
    'ping_interval' => [0.1, 86400, 0], 'ping_timeout' => [0.1, 3600], 'idle_timeout' => [0.1, 604800, 0],
    'close_timeout' => [0.1, 3600], 'drain_timeout' => [0, 3600], 'send_queue_limit' => [1024, 1073741824], 'coalesce' => [0, 1000],
    'mem_limit' => [1048576, 1099511627776],
    'backlog' => [1, 65535], 'callback_warn_ms' => [0, 3600000], 'rooms_per_client' => [1, 100000], 'history_size' => [0, 100000],
    'history_ttl' => [1.0, 31536000], 'history_memory' => [1048576, 1099511627776], 'resume_window' => [0, 86400], 'presence_grace' => [0, 3600],
];
function attempt(string $name, mixed $value): string
{
    try {
        new Chatroom(options: [$name => $value, 'log' => null]);
        return 'ok';
    } catch (ValueError $e) {
        return $e->getMessage();
    }
}
foreach ($ranges as $name => $good) {
    foreach ($good as $value) {
        echo attempt($name, $value) === 'ok' ? '' : "$name refuses $value\n";
    }
    $float = is_float($good[0]);
    foreach ([$good[0] - ($float ? 0.01 : 1), $good[1] + 1, PHP_INT_MIN, PHP_INT_MAX] as $value) {
        echo str_contains($message = attempt($name, $value), 'must be') ? '' : "$name accepts $value\n";
    }
    echo "$message\n";
}
foreach ([NAN, INF, -INF, -0.0001] as $value) {
    echo attempt('ping_timeout', $value), "\n";
}
foreach ([[], [1, 1], [1, 1, 1, 1], [0, 1, 1], [1, 0, 1], [1, 1, 0], ['a' => 1, 'b' => 1, 'c' => 1], [20, 0.5, 40], null] as $value) {
    echo attempt('rate_limit', $value), "\n";
}
foreach ([false, 'kick_old', 'reject_new', 'kick', ''] as $value) {
    echo attempt('single_session', $value), "\n";
}
foreach ([false, true] as $value) {
    echo attempt('guests', $value), "\n";
}
foreach ([32, 4096, 31, 4097] as $length) {
    echo attempt('secret', str_repeat('s', $length)), "\n";
}
?>
--EXPECT--
option "max_message_size" must be between 1 and 67108864
option "max_fragments" must be between 1 and 1000000
option "max_connections" must be between 0 and 10000000
option "max_connections_per_ip" must be between 0 and 10000000
option "handshake_timeout" must be between 0.1 and 3600
option "message_timeout" must be between 0.1 and 3600
option "ping_interval" must be 0 or between 0.1 and 86400
option "ping_timeout" must be between 0.1 and 3600
option "idle_timeout" must be 0 or between 0.1 and 604800
option "close_timeout" must be between 0.1 and 3600
option "drain_timeout" must be between 0 and 3600
option "send_queue_limit" must be between 1024 and 1073741824
option "coalesce" must be between 0 and 1000
option "mem_limit" must be between 1048576 and 1099511627776
option "backlog" must be between 1 and 65535
option "callback_warn_ms" must be between 0 and 3600000
option "rooms_per_client" must be between 1 and 100000
option "history_size" must be between 0 and 100000
option "history_ttl" must be between 1 and 31536000
option "history_memory" must be between 1048576 and 1099511627776
option "resume_window" must be between 0 and 86400
option "presence_grace" must be between 0 and 3600
option "ping_timeout" must be between 0.1 and 3600
option "ping_timeout" must be between 0.1 and 3600
option "ping_timeout" must be between 0.1 and 3600
option "ping_timeout" must be between 0.1 and 3600
option "rate_limit" must be [messages, seconds, burst]
option "rate_limit" must be [messages, seconds, burst]
option "rate_limit" must be [messages, seconds, burst]
option "rate_limit: messages" must be between 1 and 1000000
option "rate_limit: seconds" must be between 0.001 and 3600
option "rate_limit: burst" must be between 1 and 1000000
option "rate_limit" must be [messages, seconds, burst]
ok
ok
ok
ok
ok
option "single_session" must be false, "kick_old" or "reject_new"
option "single_session" must be false, "kick_old" or "reject_new"
ok
ok
ok
ok
option "secret" must be 32 to 4096 bytes long
option "secret" must be 32 to 4096 bytes long
