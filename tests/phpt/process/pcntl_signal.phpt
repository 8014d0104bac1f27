--TEST--
D103: a script's own signal handlers run while the server waits, what they throw is reported, and SIGTERM's is put back
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (!function_exists('pcntl_signal') || !function_exists('pcntl_fork')) die('skip pcntl'); ?>
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
pcntl_async_signals(true);
$kill = fn (int $number) => proc_close(proc_open("kill -$number " . getmypid(), [], $pipes));
pcntl_signal(SIGTERM, function () { echo "the script's SIGTERM\n"; });
$chat = new Chatroom(ANY_PORT, ['log' => null]);
pcntl_signal(SIGUSR1, function () use ($chat) { echo "SIGUSR1\n"; throw new LogicException('from a handler'); });
pcntl_signal(SIGUSR2, function () use ($chat) { echo "SIGUSR2\n"; $chat->stop(); });
$chat->onError(function (Throwable $e) use ($chat) {
    echo $e->getMessage(), "\n";
    proc_close(proc_open('(sleep 0.05; kill -12 ' . getmypid() . ') &', [], $pipes));
});
$chat->onStart(fn () => proc_close(proc_open('(sleep 0.05; kill -10 ' . getmypid() . ') &', [], $pipes)));
$chat->run();
echo "run() returned\n";
$kill(15);
foreach ([SIGTERM, SIGUSR1, SIGUSR2] as $number) {
    pcntl_signal($number, SIG_DFL); // they hold the server
}
echo "end\n";
?>
--EXPECT--
SIGUSR1
from a handler
SIGUSR2
run() returned
the script's SIGTERM
end
