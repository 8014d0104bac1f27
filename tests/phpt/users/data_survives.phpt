--TEST--
$client->data comes back with a resumed session, and is freed when its window is over
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
final class Data
{
    public int $opened = 0;

    public function __construct(public string $of)
    {
    }

    public function __destruct()
    {
        echo "freed: $this->of, opened $this->opened times\n";
    }
}
$chat = new Chatroom(ANY_PORT, ['log' => null, 'resume_window' => 0.2]);
$chat->onOpen(function (Chatroom\Client $client, $request) use (&$before): void {
    $client->data ??= new Data($request->header('X-Name'));
    $client->data->opened++;
    if ($client->data->of === 'a') {
        echo 'same object: ', var_export($client === $before, true), ', same uid: ', var_export($client->uid === ($before?->uid ?? ''), true), "\n";
        $before = $client;
    }
});
$chat->onRequest(fn () => json_encode($chat->stats()['parked']));
clients($chat, <<<'PHP'
v1(headers: ['X-Name' => 'a'], session: $session)->drop();
for ($i = 0; $i < 3; $i++) {
    usleep(20000);
    $a = v1('{"type":"hello","resume":{"session":"' . $session . '"}}', headers: ['X-Name' => 'x']);
    $a->drop();
}
$a = v1('{"type":"hello","resume":{"session":"' . $session . '"}}', headers: ['X-Name' => 'x']); // while the last is open, perhaps
$a->close();
v1(headers: ['X-Name' => 'never back'], session: $session)->drop();
do {
    usleep(10000);
} while (brief(http('GET', '/')) !== 'HTTP/1.1 200 OK | 0');
show(brief(http('GET', '/')));
v1('{"type":"hello","resume":{"session":"' . $session . '"}}', headers: ['X-Name' => 'too late'])->close();
v1(headers: ['X-Name' => 'parked at the end'])->drop();
PHP);
$chat->run();
$before = null;
echo "after run()\n";
?>
--EXPECT--
same object: false, same uid: false
same object: false, same uid: true
same object: false, same uid: true
same object: false, same uid: true
same object: false, same uid: true
freed: never back, opened 1 times
freed: too late, opened 1 times
freed: parked at the end, opened 1 times
freed: a, opened 5 times
after run()
-- clients --
HTTP/1.1 200 OK | 0
