--TEST--
stop(): what was accepted reaches a slow reader too, past close_timeout, and the Close comes last
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'drain_timeout' => 60, 'close_timeout' => 0.2, 'send_queue_limit' => 64 << 20]);
$chat->addFilter(function () use ($chat) {
    for ($i = 0; $i < 400; $i++) {
        $chat->broadcast(str_pad("$i ", 60000, 'x')); // 24 MB: more than any socket buffers
    }
    $chat->stop();
    return false;
});
clients($chat, <<<'PHP'
$ws = connect();
$ws->say('go');
for ($n = 0; !str_starts_with($line = $ws->read(), 'close') && $line !== 'eof'; $n++) {
    if ($n % 20 === 0) {
        usleep(50000);
    }
}
show($n, $line);
PHP, false);
$chat->run();
echo "run() returned\n";
?>
--EXPECT--
run() returned
-- clients --
400
close 1001 server stopping
