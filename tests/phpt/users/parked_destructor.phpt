--TEST--
The destructor of a parked client's data may kick its user, who is being kicked already
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
final class Data
{
    public function __construct(private Chatroom $chat, private string $of)
    {
    }

    public function __destruct()
    {
        $kicked = $this->chat->kickUser('ann');
        echo "freed: $this->of, kicked $kicked\n";
    }
}
$chat = new Chatroom(ANY_PORT, ['log' => null, 'resume_window' => 20]);
$chat->onHandshake(fn ($request) => 'ann');
$n = 0;
$chat->onOpen(function (Chatroom\Client $client) use ($chat, &$n): void {
    $client->data = new Data($chat, 'client ' . ++$n);
});
$chat->onRequest(fn ($request) => json_encode($request->path === '/kick' ? $chat->kickUser('ann') : $chat->stats()['parked']));
clients($chat, <<<'PHP'
v1()->drop();
v1()->drop();
v1()->drop();
do {
    usleep(10000);
} while (brief(http('GET', '/')) !== 'HTTP/1.1 200 OK | 3');
show(brief(http('GET', '/kick')));
show(brief(http('GET', '/')));
v1()->drop();
v1()->drop();
do {
    usleep(10000);
} while (brief(http('GET', '/')) !== 'HTTP/1.1 200 OK | 2');
PHP);
$chat->run();
echo "after run()\n";
?>
--EXPECT--
freed: client 3, kicked 0
freed: client 2, kicked 0
freed: client 1, kicked 0
freed: client 5, kicked 0
freed: client 4, kicked 0
after run()
-- clients --
HTTP/1.1 200 OK | 0
HTTP/1.1 200 OK | 0
