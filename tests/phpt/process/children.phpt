--TEST--
K11: children that a callback started and that are killed: the server goes on, and leaves it to the script to reap them
--EXTENSIONS--
chatroom
--SKIPIF--
<?php if (!function_exists('pcntl_fork')) die('skip pcntl'); ?>
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$forked = $opened = [];
$signals = 0;
pcntl_async_signals(true);
pcntl_signal(SIGCHLD, function () use (&$signals) { $signals++; });
$state = fn (int $pid) => preg_match('/^State:\s+(\w)/m', (string) @file_get_contents("/proc/$pid/status"), $m) ? $m[1] : 'gone';
$kill = fn (array $pids) => proc_close(proc_open('kill -9 ' . implode(' ', $pids), [], $pipes));
$chat->onText(function (Chatroom\Client $client, string $what) use ($state, $kill, &$forked, &$opened, &$signals): void {
    switch ($what) {
        case 'start':
            for ($i = 0; $i < 3; $i++) {
                $pid = pcntl_fork();
                if ($pid === 0) {
                    sleep(60);
                    exit;
                }
                $forked[] = $pid;
                $opened[] = proc_open(['sleep', '60'], [], $pipes);
            }
            break;
        case 'kill':
            $kill(array_slice($forked, -3));
            foreach (array_slice($opened, -3) as $process) {
                proc_terminate($process, SIGTERM);
            }
            break;
        case 'look': // after as many turns as you like: still zombies, nobody took their status
            for ($i = 0; $i < 500 && array_unique(array_map($state, array_slice($forked, -3))) !== ['Z']; $i++) {
                usleep(10000);
            }
            echo 'SIGCHLD ', $signals > 0 ? 'came' : 'did not come', ', forked: ', implode(' ', array_map($state, array_slice($forked, -3))), "\n";
            break;
        case 'reap':
            foreach ($forked as $pid) {
                echo pcntl_waitpid($pid, $status) === $pid && pcntl_wifsignaled($status) ? 'signal ' . pcntl_wtermsig($status) : 'lost', ' ';
            }
            foreach ($opened as $process) {
                $status = proc_get_status($process);
                echo $status['signaled'] ? "signal $status[termsig]" : 'lost', ' ';
                proc_close($process);
            }
            echo implode(' ', array_map($state, $forked)), ', any left: ', pcntl_waitpid(-1, $status, WNOHANG), "\n";
    }
    $client->sendRaw("$what done");
});
clients($chat, <<<'PHP'
$a = connect();
$b = connect();
foreach (['start', 'kill', 'look', 'reap', 'start', 'kill', 'look'] as $what) {
    show($a->text($what)->read());
    for ($i = 0; $i < 20; $i++) { // turns of the loop while they die
        $b->text('turn')->read();
    }
}
show($b->text('end')->read());
PHP);
$chat->run();
pcntl_signal(SIGCHLD, SIG_DFL);
echo 'after run(): ', implode(' ', array_map($state, array_slice($forked, 3))), ', ', pcntl_waitpid(end($forked), $status) === end($forked) ? 'reaped' : 'lost', "\n";
?>
--EXPECT--
SIGCHLD came, forked: Z Z Z
signal 9 signal 9 signal 9 signal 15 signal 15 signal 15 gone gone gone, any left: 0
SIGCHLD came, forked: Z Z Z
after run(): Z Z Z, reaped
-- clients --
start done
kill done
look done
reap done
start done
kill done
look done
end done
