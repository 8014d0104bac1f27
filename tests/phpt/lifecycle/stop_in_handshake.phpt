--TEST--
stop() inside onHandshake(): the one who is asked about gets 503, and nobody is waited for
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'drain_timeout' => 30]);
$chat->onHandshake(function () use ($chat) { $chat->stop(); });
$chat->onOpen(function () { echo "onOpen\n"; });
clients($chat, <<<'PHP'
$ws = new Ws();
show($ws->status(), $ws->rest());
PHP, false);
$begin = microtime(true);
$chat->run();
echo microtime(true) - $begin < 20 ? "in time\n" : "only after the drain timeout\n";
?>
--EXPECT--
in time
-- clients --
503
503 Service Unavailable
The server is stopping.
