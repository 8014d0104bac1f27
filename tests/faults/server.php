<?php
/* The server under test. Usage: server.php '{"urls": [[url, tls], ...], "options": {...}, "hook": name}'
 * Over the descriptor FAULTS_FD it says its addresses first, and its counters once run() has returned. */

$order = json_decode($argv[1], true, 16, JSON_THROW_ON_ERROR);
$tell = fopen('php://fd/' . getenv('FAULTS_FD'), 'w');
$say = fn (mixed $what) => fwrite($tell, json_encode($what) . "\n");
$chat = null;
$opened = $closed = $errors = $seen = 0;

try {
    foreach ($order['urls'] as [$url, $tls]) {
        if (!$chat) {
            $chat = new Chatroom($url, $order['options'] + ($tls ? ['tls' => $tls] : []));
        } else {
            $chat->listen($url, $tls ?? []);
        }
    }
} catch (Throwable $e) {
    $say(get_class($e) . ': ' . $e->getMessage());
    exit(1);
}

$stats = function () use ($chat, &$opened, &$closed, &$errors, &$seen): array {
    return $chat->stats() + ['opened' => $opened, 'closed' => $closed, 'errors' => $errors, 'seen' => $seen];
};
$chat->onStart(fn () => $say($chat->stats()['listen']));
$chat->onRequest(function ($request) use ($stats) {
    return $request->path === '/stats' ? [200, ['Content-Type' => 'application/json'], json_encode($stats())] : null;
});
if ($order['hook'] !== 'bare') {
    $chat->onOpen(function () use (&$opened): void { $opened++; });
    $chat->onClose(function ($client, $code) use (&$closed): void { $closed++; });
    $chat->onError(function () use (&$errors): void { $errors++; });
}

match ($order['hook']) {
    'bare', 'count' => null,
    'close codes' => $chat->onClose(function ($client, $code) use (&$closed): void {
        $closed++;
        fwrite(STDERR, "closed $code\n");
    }),
    // every seventh call throws, and the message of it is dropped: the text is one of the row's own
    'throw' => $chat->onMessage(function ($client, $message) use (&$seen) {
        $seen++;
        if (str_starts_with($message->text, 'throw')) {
            throw new LogicException('planned');
        }
    }),
    'recurse' => $chat->onMessage(function ($client, $message) {
        if ($message->text === 'recurse') {
            $deep = function (array $a) use (&$deep): void { $deep([$a, str_repeat('x', 1000)]); };
            $deep([]);
        }
    }),
    'sleep' => $chat->onMessage(function ($client, $message) {
        if (str_starts_with($message->text, 'sleep ')) {
            usleep((int) (1e6 * (float) substr($message->text, 6)));
            return false;
        }
    }),
    'echo' => $chat->onMessage(function ($client, $message) use (&$seen) {
        $seen++;
        echo str_repeat('x', 100), "\n";
    }),
    'eat' => $chat->onText(function ($client, string $text): void {
        $GLOBALS['kept'][] = $text;
    }),
    'processes' => $chat->onMessage(function ($client, $message) {
        if (str_starts_with($message->text, 'do ')) {
            misbehave(substr($message->text, 3), $client);
            return false;
        }
    }),
};

/* What a callback should not do, or may. */
function misbehave(string $what, Chatroom\Client $client): void
{
    switch ($what) {
        case 'fork and exit':
            if (pcntl_fork() === 0) {
                exit(0);
            }
            break;
        case 'fork and die':
            if (pcntl_fork() === 0) {
                exec('kill -KILL ' . getmypid());
            }
            break;
        case 'list descriptors': // of a child: no socket of ours may be among them
            $client->send(shell_exec('ls -l /proc/self/fd'));
            break;
        case 'close the standard ones':
            fclose(STDIN);
            fclose(STDOUT);
            fclose(STDERR);
            break;
        case 'warn':
            usleep(5000); // longer than callback_warn_ms
            break;
        case 'signal itself':
            exec('kill -USR1 ' . getmypid());
            break;
    }
}

if (extension_loaded('pcntl')) {
    pcntl_async_signals(true);
    pcntl_signal(SIGCHLD, fn () => pcntl_wait($status, WNOHANG));
    pcntl_signal(SIGUSR1, fn () => null);
}
$main = getmypid();
register_shutdown_function(function () use ($say, $main): void {
    if (getmypid() === $main && !isset($GLOBALS['returned'])) {
        $say('shutdown');
    }
});
try {
    $chat->run();
    $returned = true;
    $say($stats());
} catch (Chatroom\Exception $e) {
    $returned = true;
    $say('Chatroom\Exception: ' . $e->getMessage());
    exit(1);
}
