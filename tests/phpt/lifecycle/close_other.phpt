--TEST--
D95 D96: closing others that have data waiting, and all at once: nothing of theirs is handled after
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$closed = [];
$chat->onText(function (Chatroom\Client $client, string $text) use ($chat, &$closed) {
    if ($text === 'go') {
        usleep(20000); // until everybody's data is there
        foreach ($chat->clients() as $other) {
            $other->close(4002);
        }
        echo count($chat), " left\n";
    } elseif (isset($closed[$client->uid])) {
        echo "text after onClose\n";
    }
});
$chat->onClose(function (Chatroom\Client $client, int $code) use (&$closed) {
    $closed[$client->uid] = ($closed[$client->uid] ?? 0) + 1;
});
clients($chat, <<<'PHP'
$all = array_map(fn () => connect(), range(1, 10));
$all[0]->text('go');
foreach ($all as $ws) {
    $ws->text('more');
}
show(implode(' ', array_unique(array_map(fn ($ws) => $ws->read(), $all))));
PHP);
$chat->run();
echo count($closed), ' closed, each ', implode(' ', array_unique($closed)), " time\n";
?>
--EXPECT--
0 left
10 closed, each 1 time
-- clients --
close 4002
