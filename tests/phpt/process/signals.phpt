--TEST--
SIGTERM and SIGINT: clients get what was accepted and 1001, run() returns, the script goes on
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (!function_exists('pcntl_signal')) die('skip pcntl'); ?>
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
foreach ([15 => 'SIGTERM', 2 => 'SIGINT'] as $number => $name) {
    $chat = new Chatroom(ANY_PORT, ['log' => null]);
    $chat->onText(function ($client) use ($chat, $number) {
        $chat->broadcast('accepted');
        proc_close(proc_open('kill -' . $number . ' ' . getmypid(), [], $pipes));
    });
    $chat->onClose(function ($client, $code) { echo "onClose $code\n"; });
    $chat->onStop(function () { echo "onStop\n"; });
    clients($chat, <<<'PHP'
    $a = connect();
    $a->text('go');
    show($a->hear(), $a->read(), $a->read());
    PHP, stop: false);
    $chat->run();
    echo "$name: run() returned\n";
}
?>
--EXPECT--
onClose 1001
onStop
SIGTERM: run() returned
onClose 1001
onStop
SIGINT: run() returned
-- clients --
accepted
close 1001 server stopping
eof
-- clients --
accepted
close 1001 server stopping
eof
