--TEST--
Options: a value of the wrong type is a TypeError
--EXTENSIONS--
chatroom
--FILE--
<?php
$wrong = [
    'origins' => 'https://example.com', 'allowed_hosts' => [1], 'max_message_size' => '10', 'max_fragments' => 1.5,
    'max_connections' => null, 'handshake_timeout' => '10', 'ping_interval' => null, 'rate_limit' => 5, 'public' => 1,
    'callback_warn_ms' => 1.5, 'log' => 5, 'log_level' => null, 'backlog' => [], 'idle_timeout' => true,
    'rooms_per_client' => '5', 'history_size' => 1.5, 'history_ttl' => '1', 'history_memory' => '256M', 'resume_window' => null, 'presence_grace' => true, 'presence' => 1,
    'single_session' => true, 'guests' => 1, 'secret' => 5,
];
foreach ($wrong as $name => $value) {
    try {
        new Chatroom(options: [$name => $value]);
        echo "$name: accepted\n";
    } catch (TypeError $e) {
        echo $e->getMessage(), "\n";
    }
}
foreach ([0, null, 'false', []] as $value) {
    try {
        new Chatroom(options: ['guests' => $value]);
        echo "guests: accepted\n";
    } catch (TypeError $e) {
        echo $e->getMessage(), "\n";
    }
}
try {
    new Chatroom(options: ['rate_limit' => ['1', 1, 1]]);
} catch (TypeError $e) {
    echo $e->getMessage(), "\n";
}
?>
--EXPECT--
option "origins" must be of type array, string given
option "allowed_hosts" must be of type list of strings, int given
option "max_message_size" must be of type int, string given
option "max_fragments" must be of type int, float given
option "max_connections" must be of type int, null given
option "handshake_timeout" must be of type int or float, string given
option "ping_interval" must be of type int or float, null given
option "rate_limit" must be of type array or null, int given
option "public" must be of type string, int given
option "callback_warn_ms" must be of type int, float given
option "log" must be of type string, callable or null, int given
option "log_level" must be of type string, null given
option "backlog" must be of type int, array given
option "idle_timeout" must be of type int or float, bool given
option "rooms_per_client" must be of type int, string given
option "history_size" must be of type int, float given
option "history_ttl" must be of type int or float, string given
option "history_memory" must be of type int, string given
option "resume_window" must be of type int or float, null given
option "presence_grace" must be of type int or float, bool given
option "presence" must be of type bool, int given
option "single_session" must be of type string or false, bool given
option "guests" must be of type bool, int given
option "secret" must be of type string, int given
option "guests" must be of type bool, int given
option "guests" must be of type bool, null given
option "guests" must be of type bool, string given
option "guests" must be of type bool, array given
option "rate_limit: messages" must be of type int, string given
