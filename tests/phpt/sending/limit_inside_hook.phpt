--TEST--
send_queue_limit: kept inside one hook too, however much it sends; the slow client is closed with 4101
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'send_queue_limit' => 65536]);
$chat->addFilter(function () use ($chat) {
    $most = $reached = 0;
    for ($i = 0; $i < 2000; $i++) {
        $reached += $chat->broadcast(str_repeat('x', 16384)); // 32 MB
        $most = max($most, $chat->stats()['queued_bytes']);
    }
    var_dump($most <= 65536 + 16384 + 200, $reached < 2000, $chat->count());
    return false;
});
$chat->onClose(function (Chatroom\Client $client, int $code) { echo "onClose $code\n"; });
clients($chat, <<<'PHP'
$ws = connect();
$ws->say('go');
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
int(0)
onClose 4101
-- clients --
close 4101 slow consumer
