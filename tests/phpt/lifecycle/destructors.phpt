--TEST--
D111: destructors of what clients and timers hold: they may throw, send and close
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
final class Loud
{
    public function __construct(private Chatroom $chat, private string $name)
    {
    }
    public function __destruct()
    {
        $sent = $this->chat->broadcast("$this->name is gone");
        echo "$this->name, $sent told\n";
        throw new RuntimeException("from $this->name");
    }
}
$chat = new Chatroom(ANY_PORT, ['log' => null]);
$chat->onError(function (Throwable $e) { echo $e->getMessage(), "\n"; });
$chat->onOpen(function (Chatroom\Client $client, $request) use ($chat) {
    if ($request->query('loud')) {
        $client->data = new Loud($chat, 'a client');
    }
});
$loud = new Loud($chat, 'a timer');
$chat->after(0.001, function () use ($loud) {});
unset($loud);
clients($chat, <<<'PHP'
$a = connect();
$b = connect('/ws?loud=1');
$b->close();
show($a->hear());
PHP);
$chat->run();
?>
--EXPECT--
a timer, 0 told
from a timer
a client, 1 told
from a client
-- clients --
a client is gone
