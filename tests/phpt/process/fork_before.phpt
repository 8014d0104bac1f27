--TEST--
D102: a server made before a fork runs in the child, and the parent's is its own
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (!function_exists('pcntl_fork')) die('skip pcntl'); ?>
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->after(0.001, function () use ($chat) { $chat->stop(); });
if (pcntl_fork() === 0) {
    $chat->run();
    exit(5);
}
pcntl_wait($status);
echo pcntl_wexitstatus($status), "\n";
$chat->run();
echo "done\n";
?>
--EXPECT--
5
done
