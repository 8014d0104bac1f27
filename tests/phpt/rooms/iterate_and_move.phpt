--TEST--
D100: members who leave, join, are closed and sent to inside a foreach over their room: each who is still there is seen once
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null, 'rate_limit' => null, 'resume_window' => 0]);
$others = fn (Chatroom\Client $one) => array_filter(iterator_to_array($chat->clients('a')), fn ($other) => $other !== $one);
$actions = [
    'each leaves' => fn ($one) => $one->leave('a'),
    'each leaves by its uid' => fn ($one) => $chat->leave($one->uid, 'a'),
    'the others leave' => fn ($one) => array_map(fn ($other) => $other->leave('a'), $others($one)),
    'each leaves and comes back' => fn ($one) => [$one->leave('a'), $one->join('a')],
    'all leave and come back' => fn () => array_map(fn ($one) => [$one->leave('a'), $one->join('a')], iterator_to_array($chat->clients('a'))),
    'each moves' => fn ($one) => [$one->leave('a'), $one->join('b')],
    'outsiders come' => function () use ($chat) {
        foreach ($chat->clients('outside') as $outsider) {
            return [$outsider->join('a'), $outsider->leave('outside')];
        }
    },
    'each is closed' => fn ($one) => $one->close(4321),
    'the others are closed' => fn ($one) => array_map(fn ($other) => $other->close(4321), $others($one)),
    'the last one is closed' => fn () => array_slice(array_values(iterator_to_array($chat->clients('a'))), -1)[0]->close(4321),
    'each is kicked by its uid' => fn ($one) => $chat->kick($one->uid),
    'the room is closed' => fn () => $chat->closeRoom('a'),
    'the room is closed and founded again' => fn ($one) => [$chat->closeRoom('a'), $one->join('a')],
    'each joins a hundred rooms' => fn ($one) => array_map(fn ($n) => $one->join("r$n"), range(1, 100)),
    'all are sent to' => fn ($one) => [$chat->sendToRoom('a', 'x'), $chat->sendToRoom('a', 'x', [$one->uid]), $chat->broadcast('x')],
    'the server forgets the iterator' => function () use (&$iterator) { $iterator = null; gc_collect_cycles(); },
    'the same room is gone through inside' => fn ($one) => array_map(fn ($other) => $other->leave('a'), $others($one)) && $one->join('a'),
];
/* Everybody into a, whatever the action before did: half of the twenty; the rest waits outside. */
$iterator = null;
$chat->onRequest(function (Chatroom\Request $request) use ($chat, $actions, &$iterator) {
    if (!$action = array_keys($actions)[$request->query('n') ?? -1] ?? null) {
        return (string) count($actions);
    }
    foreach (array_values(iterator_to_array($chat->clients())) as $i => $one) {
        array_map(fn ($room) => $one->leave($room), $one->rooms());
        $one->join($i % 2 ? 'a' : 'outside');
    }
    $seen = [];
    $iterator = $chat->clients('a');
    $before = iterator_count($chat->clients('a'));
    foreach ($iterator as $uid => $one) {
        $seen[] = $uid;
        if ($uid !== $one->uid || !$one->isOpen()) {
            echo "seen: one who is gone\n";
        }
        $actions[$action]($one);
    }
    $members = array_keys($chat->members('a'));
    $again = array_keys(iterator_to_array($chat->clients('a')));
    sort($members);
    sort($again);
    echo "$action: of $before ", count($seen), ' seen', count($seen) === count(array_unique($seen)) ? '' : ', some twice', ', ',
        $chat->rooms()['a'] ?? 0, ' members', $members === $again ? '' : ', others than clients()', ', ', count($chat), " open\n";
    if ($action === 'each joins a hundred rooms') {
        echo count(array_filter($chat->rooms(), fn ($members, $room) => $room[0] === 'r' && $members === $before, ARRAY_FILTER_USE_BOTH)), " rooms of them\n";
    }
    return 'done';
});
clients($chat, <<<'PHP'
for ($n = 0, $count = (int) brief_body(http('GET', '/')); $n < $count; $n++) {
    $all = array_map(fn ($i) => $i % 3 ? connect('/ws?room=a') : v1(), range(1, 20));
    $done = brief_body(http('GET', "/?n=$n"));
    show(...$done === 'done' ? [] : ["$n: $done"]);
    foreach ($all as $ws) {
        $ws->close();
    }
}
function brief_body(string $answer): string
{
    return explode("\r\n\r\n", $answer, 2)[1];
}
PHP);
$chat->run();
var_dump($chat->rooms());
?>
--EXPECT--
each leaves: of 10 10 seen, 0 members, 20 open
each leaves by its uid: of 10 10 seen, 0 members, 20 open
the others leave: of 10 10 seen, 0 members, 20 open
each leaves and comes back: of 10 10 seen, 10 members, 20 open
all leave and come back: of 10 10 seen, 10 members, 20 open
each moves: of 10 10 seen, 0 members, 20 open
outsiders come: of 10 10 seen, 20 members, 20 open
each is closed: of 10 10 seen, 0 members, 10 open
the others are closed: of 10 1 seen, 1 members, 11 open
the last one is closed: of 10 5 seen, 5 members, 15 open
each is kicked by its uid: of 10 10 seen, 0 members, 10 open
the room is closed: of 10 4 seen, 0 members, 13 open
the room is closed and founded again: of 10 4 seen, 1 members, 13 open
each joins a hundred rooms: of 10 10 seen, 10 members, 20 open
100 rooms of them
all are sent to: of 10 10 seen, 10 members, 20 open
the server forgets the iterator: of 10 10 seen, 10 members, 20 open
the same room is gone through inside: of 10 10 seen, 1 members, 20 open
array(0) {
}
-- clients --
