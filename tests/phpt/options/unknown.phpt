--TEST--
Options: an unknown one is refused, and the nearest known one named
--EXTENSIONS--
chatroom
--FILE--
<?php
foreach (['max_mesage_size', 'pingInterval', 'origin', 'Log', '', str_repeat('x', 100000), 7, -7, PHP_INT_MIN, 'ssl', 'history', 'presence_grade', 'single_sessions'] as $name) {
    try {
        new Chatroom(options: [$name => 1]);
        echo "accepted\n";
    } catch (ValueError $e) {
        echo substr($e->getMessage(), 0, 80), "\n";
    }
}
?>
--EXPECT--
unknown option "max_mesage_size", did you mean "max_message_size"?
unknown option "pingInterval", did you mean "ping_interval"?
unknown option "origin", did you mean "origins"?
unknown option "Log", did you mean "log"?
unknown option "", did you mean "tls"?
unknown option "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx
unknown option 7, options have names
unknown option -7, options have names
unknown option -9223372036854775808, options have names
unknown option "ssl", did you mean "tls"?
unknown option "history", did you mean "history_ttl"?
unknown option "presence_grade", did you mean "presence_grace"?
unknown option "single_sessions", did you mean "single_session"?
