--TEST--
coalesce: messages to a room wait for others, all come, in order; what is for one client, much data and a stop do not wait
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'rate_limit' => null, 'coalesce' => 1000]);
$chat->onOpen(function (Chatroom\Client $client) use (&$uids) { $uids[] = $client->uid; });
$chat->addFilter(function (string $text) use ($chat, &$uids) {
    match ($text) {
        'direct' => $chat->sendTo($uids[1], 'for you'),
        'everybody' => $chat->broadcast('to all'),
        'stop' => $chat->after(0.001, fn () => $chat->stop()),
        default => null,
    };
    return null;
});
clients($chat, <<<'PHP'
[$a, $b] = [connect(), connect()];

/* A says these; B hears that many. */
function exchange(int $n, string ...$texts): void
{
    global $a, $b;
    $from = microtime(true);
    foreach ($texts as $text) {
        $a->say($text);
        usleep(1000); // not in one packet
    }
    for ($heard = []; count($heard) < $n; $heard[] = substr($b->hear(), 0, 20)) {
    }
    show(implode(', ', $heard) . (microtime(true) - $from >= 0.98 ? ': waited' : ': at once'));
}
exchange(3, 'one', 'two', 'three');
exchange(2, 'four', 'five');
exchange(2, 'six', 'direct'); // the one before it comes before it
show($b->hear());
exchange(2, 'seven', 'everybody');
show($b->hear());
exchange(5, ...array_map(fn ($i) => $i . str_repeat('x', 60000), range(1, 5)));
$a->say('last words');
$a->close(); // a leaver is staged first
exchange(1);
$a = connect();
exchange(2, 'stop', 'too late?');
show($b->read());
PHP, stop: false);
$chat->run();
?>
--EXPECT--
-- clients --
one, two, three: waited
four, five: waited
six, for you: at once
direct
seven, to all: at once
everybody
1xxxxxxxxxxxxxxxxxxx, 2xxxxxxxxxxxxxxxxxxx, 3xxxxxxxxxxxxxxxxxxx, 4xxxxxxxxxxxxxxxxxxx, 5xxxxxxxxxxxxxxxxxxx: at once
last words: at once
stop, close 1001 server st: at once
eof
