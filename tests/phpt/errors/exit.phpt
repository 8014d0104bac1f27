--TEST--
D91: exit() in a callback ends run(), closes the sockets, and no other callback is called
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
register_shutdown_function(function () { global $chat; echo 'shutdown, ', count($chat), " clients\n"; });
$chat->addFilter(function ($text) {
    try {
        exit("bye\n");
    } finally {
        echo "finally is not run by exit()\n";
    }
});
$chat->addFilter(function () { echo "another filter\n"; });
$chat->onClose(function () { echo "onClose\n"; });
$chat->onStop(function () { echo "onStop\n"; });
$chat->onError(function () { echo "onError\n"; });
clients($chat, <<<'PHP'
$a = connect();
$b = connect();
$a->together(fn ($a) => $a->say('x'), fn ($a) => $a->say('y'));
show($a->read(), $b->read());
PHP);
$chat->run();
echo "unreached\n";
?>
--EXPECT--
bye
shutdown, 0 clients
-- clients --
eof
eof
