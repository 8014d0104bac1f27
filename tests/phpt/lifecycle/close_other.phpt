--TEST--
D95 D96: clients whose data is ready in the same turn are closed by the first one's callback: nothing of theirs is handled after
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
foreach (['onText' => false, 'onBinary' => false, 'onMessage' => true, 'addFilter' => true] as $callback => $json) {
    $chat = new Chatroom(ANY_PORT, ['log' => null]);
    $closed = [];
    $turn = $late = 0;
    $on = function (string $text) use ($chat, &$closed, &$turn, &$late): bool {
        if ($text === 'hold') {
            usleep(300000); // what comes meanwhile is ready for one and the same epoll_wait()
        } elseif ($turn++ === 0) {
            foreach ($chat->clients() as $other) {
                $other->close(4002);
            }
        } else {
            $late++;
        }
        return false;
    };
    $chat->$callback(match ($callback) {
        'onMessage' => fn ($client, $message) => $on($message->text),
        'addFilter' => $on,
        default => fn ($client, string $bytes) => $on($bytes),
    });
    $chat->onClose(function (Chatroom\Client $client, int $code) use (&$closed) {
        $closed[$client->uid][] = $code;
    });
    $how = ['onText' => 'text', 'onBinary' => 'binary'][$callback] ?? 'say';
    clients($chat, <<<PHP
    \$all = array_map(fn () => connect(), range(1, 10));
    \$all[0]->$how('hold');
    usleep(100000);
    foreach (\$all as \$ws) {
        \$ws->together(fn () => \$ws->$how('more'), fn () => \$ws->$how('and more'));
    }
    show(implode(' ', array_unique(array_map(fn (\$ws) => \$ws->read(), \$all))));
    PHP);
    $chat->run();
    echo "$callback: ", count($closed), ' closed with ', json_encode(array_unique(array_merge(...array_values($closed)))), ', ',
        count($closed, COUNT_RECURSIVE) - count($closed), " onClose, $late calls after it, ", count($chat), " left\n";
}
?>
--EXPECT--
onText: 10 closed with [4002], 10 onClose, 0 calls after it, 0 left
onBinary: 10 closed with [4002], 10 onClose, 0 calls after it, 0 left
onMessage: 10 closed with [4002], 10 onClose, 0 calls after it, 0 left
addFilter: 10 closed with [4002], 10 onClose, 0 calls after it, 0 left
-- clients --
close 4002
-- clients --
close 4002
-- clients --
close 4002
-- clients --
close 4002
