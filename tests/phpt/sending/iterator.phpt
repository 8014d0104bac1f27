--TEST--
D100: clients() while clients are closed and come: who is gone is passed over
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onText(function (Chatroom\Client $client, string $text) use ($chat) {
    $it = $chat->clients();
    $seen = 0;
    foreach ($it as $uid => $one) {
        if ($uid !== $one->uid) {
            echo "wrong key\n";
        }
        if ($seen++ === 0) {
            foreach ($chat->clients() as $other) {
                if ($other !== $client && $other !== $one) {
                    $other->close();
                }
            }
        }
    }
    echo "$seen seen\n";
    $it->next();
    var_dump($it->valid(), $it->key(), $it->current());
    $it->rewind();
    var_dump($it->current() === $client, $it->key() === $client->uid, $it->valid());
    foreach ([fn () => clone $it, fn () => serialize($it)] as $wrong) {
        try {
            $wrong();
        } catch (Throwable $e) {
            echo $e->getMessage(), "\n";
        }
    }
    $client->close();
    var_dump($it->valid(), $it->current(), $it->key());
});
clients($chat, <<<'PHP'
$all = array_map(fn () => connect(), range(1, 5));
$all[0]->text('go');
foreach ($all as $ws) {
    show($ws->read());
}
PHP);
$chat->run();
?>
--EXPECT--
1 seen
bool(false)
NULL
NULL
bool(true)
bool(true)
bool(true)
Trying to clone an uncloneable object of class Chatroom\ClientIterator
Serialization of 'Chatroom\ClientIterator' is not allowed
bool(false)
NULL
NULL
-- clients --
close 1000
close 1000
close 1000
close 1000
close 1000
