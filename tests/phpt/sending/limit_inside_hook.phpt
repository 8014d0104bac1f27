--TEST--
send_queue_limit: kept inside one hook too, however much it sends; the slow client is closed with 4101
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'send_queue_limit' => 65536]);
$chat->onOpen(function (Chatroom\Client $client) use (&$uids) { $uids[] = $client->uid; });
$chat->addFilter(function () use ($chat, &$uids) {
    $most = $reached = 0;
    for ($i = 0; $i < 2000; $i++) {
        $reached += $chat->broadcast(str_repeat('x', 16384), [$uids[1]]); // 32 MB
        $most = max($most, $chat->stats()['queued_bytes']);
    }
    var_dump($most <= 65536 + 16384 + 200, $reached < 2000, $chat->count());
    $chat->sendTo($uids[1], 'done');
    return false;
});
$chat->onClose(function (Chatroom\Client $client, int $code) { echo "onClose $code\n"; });
clients($chat, <<<'PHP'
[$ws, $other] = [connect(), connect()];
$ws->say('go');
$other->read(); // only when the hook is through does anybody read
do {
    $line = $ws->read();
} while (!str_starts_with($line, 'close') && $line !== 'eof');
show($line);
PHP);
$chat->run();
?>
--EXPECT--
bool(true)
bool(true)
int(1)
onClose 4101
onClose 1006
-- clients --
close 4101 slow consumer
