--TEST--
D102: processes forked in a callback, that exit or come back, do not touch the parent's clients
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (!function_exists('pcntl_fork')) die('skip pcntl'); ?>
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$parent = getmypid();
$chat->onText(function (Chatroom\Client $client, string $how) use ($chat, $parent) {
    $child = pcntl_fork();
    if ($child === 0) {
        if ($how === 'exit') {
            exit(7);
        }
        if ($how === 'kill') {
            $chat->broadcast('from the child');
            $client->close();
        }
        return;
    }
    pcntl_waitpid($child, $status);
    echo "$how: the child ended with ", pcntl_wexitstatus($status), "\n";
    $client->sendRaw("after $how");
});
$chat->onClose(function () use ($parent) { echo getmypid() === $parent ? '' : "the child's onClose\n"; });
$chat->onStop(function () use ($parent) { echo getmypid() === $parent ? "onStop\n" : "the child's onStop\n"; });
clients($chat, <<<'PHP'
$a = connect();
$b = connect();
show($a->text('exit')->read(), $b->text('return')->read(), $a->text('kill')->read(), $b->text('exit')->read());
show(connect()->text('exit')->read());
PHP);
try {
    $chat->run();
} catch (Chatroom\Exception $e) {
    if (getmypid() !== $parent) {
        exit(strlen($e->getMessage()) > 20 ? 9 : 10);
    }
}
echo "run() returned\n";
?>
--EXPECT--
exit: the child ended with 7
return: the child ended with 9
kill: the child ended with 9
exit: the child ended with 7
exit: the child ended with 7
onStop
run() returned
-- clients --
after exit
after return
after kill
after exit
after exit
