--TEST--
D96: stop() in any callback: run() returns, all are closed with 1001
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
foreach (['onStart', 'onHandshake', 'onOpen', 'onMessage', 'onClose', 'onRequest', 'addFilter', 'onError', 'onStop'] as $setter) {
    $chat = new Chatroom(ANY_PORT, ['log' => null, 'drain_timeout' => 5]);
    $chat->$setter(function () use ($chat, $setter) { echo "$setter "; $chat->stop(); $chat->stop(); });
    if ($setter === 'onError') {
        $chat->onOpen(fn () => throw new Exception);
    }
    if ($setter === 'onStop') {
        $chat->onOpen(fn () => $chat->stop());
    }
    $setter === 'onStart' || clients($chat, <<<'PHP'
    error_reporting(0);
    try { // what they see depends on the moment
        $a = new Ws;
        if ($a->status() === 101) {
            $a->say('x');
            $a->close();
        }
        http('GET', '/');
    } catch (RuntimeException) {
    }
    PHP, stop: false);
    @$chat->run();
    echo count($chat), "\n";
}
?>
--EXPECT--
onStart 0
onHandshake 0
onOpen 0
onMessage 0
onClose 0
onRequest 0
addFilter 0
onError 0
onStop 0
-- clients --
-- clients --
-- clients --
-- clients --
-- clients --
-- clients --
-- clients --
-- clients --
