--TEST--
onStart, onOpen, onClose, onStop: their order, their arguments, and run() again
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onStart(function (...$arguments) use ($chat) {
    var_dump(count($arguments), $arguments[0] === $chat, $chat->stats()['started_at'] > 1600000000000);
    echo preg_replace('/:\d{2,}/', ':N', $chat->stats()['listen'][0]), "\n";
});
$chat->onOpen(function (Chatroom\Client $client, Chatroom\Request $request) use (&$kept) {
    echo 'open ', $client->request === $request ? 'with its request' : 'with another', "\n";
    $client->data = 'mine';
    $kept = $client;
});
$chat->onClose(function (Chatroom\Client $client, int $code, string $reason) use (&$kept, $chat) {
    echo "close $code ($reason) ", $client === $kept ? 'same object' : 'other object', " $client->data, ", count($chat), " left\n";
});
$chat->onStop(function (Chatroom $c) use ($chat) {
    echo 'stop ', $c === $chat ? 'same' : 'other', ', ', count($chat), " clients\n";
});
clients($chat, <<<'PHP'
show(connect()->close(4567, 'bye 👋'));
$ws = connect();
$ws->frame(8, '');
show($ws->read());
connect()->drop();
PHP);
$chat->run();
echo "again\n";
$chat->onOpen(null)->onClose(null);
$chat->after(0.001, fn () => $chat->stop());
$chat->run();
var_dump($chat->stats()['started_at']);
?>
--EXPECT--
int(1)
bool(true)
bool(true)
ws://127.0.0.1:N/ws
open with its request
close 4567 (bye 👋) same object mine, 0 left
open with its request
close 1005 () same object mine, 0 left
open with its request
close 1006 () same object mine, 0 left
stop same, 0 clients
again
int(1)
bool(true)
bool(true)
ws://127.0.0.1:N/ws
stop same, 0 clients
int(0)
-- clients --
close 4567 bye 👋
close
