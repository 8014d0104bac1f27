--TEST--
D99: broadcasting in onClose(), where a receiver is closed by it in turn
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'send_queue_limit' => 1024]);
$depth = 0;
$chat->onClose(function (Chatroom\Client $client, int $code) use ($chat, &$depth, &$codes) {
    $depth++;
    if ($depth > 1) {
        echo "recursion\n";
    }
    $codes[] = $code;
    $chat->broadcast(str_repeat('x', 4 << 20)); // more than a socket takes at once
    $depth--;
});
clients($chat, <<<'PHP'
$all = array_map(fn () => connect(), range(1, 5));
$all[0]->close();
foreach ($all as $i => $ws) {
    if ($i) {
        do {
            $line = $ws->read();
        } while ($line !== 'eof' && !str_starts_with($line, 'close'));
    }
}
show('all gone');
PHP);
$chat->run();
sort($codes);
echo implode(' ', $codes), "\n";
?>
--EXPECT--
1000 4101 4101 4101 4101
-- clients --
all gone
