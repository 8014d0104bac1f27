--TEST--
D90 onOpen(): when it throws, the client is closed with 1011, and onClose() follows
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onOpen(fn () => throw new RuntimeException('not today'));
$chat->onError(function (Throwable $e, ?Chatroom\Client $client) { echo $e->getMessage(), ' ', get_debug_type($client), "\n"; });
$chat->onClose(function ($client, $code) { echo "closed $code\n"; });
clients($chat, 'show(connect()->read());');
$chat->run();
?>
--EXPECT--
not today Chatroom\Client
closed 1011
-- clients --
close 1011 internal error
