--TEST--
D110: clients, messages and iterators used after the server is gone, in destructors and at shutdown
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
final class Keeper
{
    public array $kept = [];
    public function __destruct()
    {
        foreach ($this->kept as $object) {
            echo get_class($object), ' ', match (true) {
                $object instanceof Chatroom\Client => var_export([$object->send('x'), $object->close(), $object->ip], true),
                $object instanceof Chatroom\Message => var_export([$object->reply('x'), $object->text], true),
                $object instanceof Iterator => var_export([iterator_count($object), $object->key(), $object->current()], true),
                $object instanceof Chatroom\Request => $object->path,
            }, "\n";
        }
    }
}
$keeper = new Keeper;
(function () use ($keeper) {
    $chat = new Chatroom(ANY_PORT, ['log' => null]);
    $chat->onOpen(fn ($client, $request) => $keeper->kept[] = $request);
    $chat->onMessage(function ($client, $message) use ($keeper, $chat) {
        array_push($keeper->kept, $client, $message, $chat->clients());
    });
    clients($chat, '$a = connect(); $a->say("x"); $a->close();');
    $chat->run();
})();
echo gc_collect_cycles() >= 0 ? "collected\n" : '';
register_shutdown_function(fn () => var_dump($GLOBALS["keeper"]->kept[1]->isOpen()));
?>
--EXPECT--
collected
-- clients --
bool(false)
Chatroom\Request /ws
Chatroom\Client array (
  0 => false,
  1 => false,
  2 => '127.0.0.1',
)
Chatroom\Message array (
  0 => false,
  1 => 'x',
)
Chatroom\ClientIterator array (
  0 => 0,
  1 => NULL,
  2 => NULL,
)
