--TEST--
D91: after an exit() in a callback a shutdown function may run the server again
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onStart(fn () => exit("first\n"));
register_shutdown_function(function () {
    global $chat;
    $chat->onStart(function (Chatroom $chat) { echo "second\n"; $chat->stop(); });
    $chat->onStop(function () { echo "onStop\n"; });
    $chat->after(5, fn () => $chat->stop()); // should onStart() not be called
    $chat->run();
    echo "run() returned\n";
});
$chat->run();
?>
--EXPECT--
first
second
onStop
run() returned
