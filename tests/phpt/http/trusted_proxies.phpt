--TEST--
trusted_proxies: H98, D43, D53: X-Forwarded-For and -Proto count for addresses and origins only from a proxy we know
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
function serve(array $options, string $script): void
{
    $chat = new Chatroom(ANY_PORT, $options + ['log' => null]);
    $chat->onRequest(fn ($request) => $request->ip);
    $chat->onOpen(fn ($client, $request) => $client->sendRaw("$client->ip $request->ip"));
    $clients = new Clients($script);
    $chat->after(0.001, fn () => $clients->start((int) parse_url($chat->stats()['listen'][0], PHP_URL_PORT)));
    $chat->every(0.01, fn () => $clients->areDone() && $chat->stop());
    $chat->run();
    $clients->print();
    echo $chat->stats()['refused_connections'], ' refused, ', $chat->stats()['refused_origins'], " origins\n";
}
$script = <<<'PHP'
function ip(string ...$for): string
{
    $headers = ['Host' => 'example.org'];
    foreach ($for as $i => $value) { // names differ in case only, so that there are two
        $headers[$i ? 'x-forwarded-FOR' : 'X-Forwarded-For'] = $value;
    }
    return brief(http('GET', '/', $headers));
}
show(ip(), ip('192.0.2.1'), ip('192.0.2.1, 198.51.100.7'), ip('192.0.2.1, 198.51.100.7, 10.1.2.3'));
show(ip('192.0.2.1', '198.51.100.8, 10.0.0.1'), ip('10.0.0.1, 10.0.0.2'), ip('nonsense'), ip('192.0.2.1, nonsense, 10.0.0.2'));
show(ip('192.0.2.1:4711'), ip('[2001:db8::1]:80'), ip('2001:db8::2'), ip('2001:db8:ffff::1, 10.0.0.1'));
foreach (['https', 'http', ''] as $proto) {
    unset($ws); // one at a time from an address
    $ws = new Ws('/ws', ['Host' => 'example.org', 'Origin' => 'https://example.org', 'X-Forwarded-For' => '192.0.2.9']
        + ($proto ? ['X-Forwarded-Proto' => $proto] : []));
    show($ws->status() === 101 ? $ws->read() : $ws->status());
}
show(brief(http('GET', '/', ['Connection' => 'close, X-Forwarded-For', 'X-Forwarded-For' => '192.0.2.1'])));
$first = connect(headers: ['X-Forwarded-For' => '192.0.2.5']);
show((new Ws('/ws', ['X-Forwarded-For' => '192.0.2.5']))->status(), (new Ws('/ws', ['X-Forwarded-For' => '192.0.2.6']))->status());
PHP;
echo "a stranger\n";
serve(['trusted_proxies' => ['10.0.0.0/8', '127.0.0.2', 'unix']], $script);
echo "a proxy\n";
serve(['trusted_proxies' => ['10.0.0.0/8', '127.0.0.1', '2001:db8:ffff::/48'], 'max_connections_per_ip' => 1], $script);
foreach (['10.0.0.0/33', '10.0.0.0/', 'example.org', '', '::1/129', '10.0.0.0/8/8', '10.0.0'] as $wrong) {
    try {
        new Chatroom(ANY_PORT, ['trusted_proxies' => ['::1/128', $wrong]]);
        echo "$wrong passed\n";
    } catch (ValueError $e) {
        echo $e->getMessage(), "\n";
    }
}
?>
--EXPECT--
a stranger
-- clients --
HTTP/1.1 200 OK | 127.0.0.1
HTTP/1.1 200 OK | 127.0.0.1
HTTP/1.1 200 OK | 127.0.0.1
HTTP/1.1 200 OK | 127.0.0.1
HTTP/1.1 200 OK | 127.0.0.1
HTTP/1.1 200 OK | 127.0.0.1
HTTP/1.1 200 OK | 127.0.0.1
HTTP/1.1 200 OK | 127.0.0.1
HTTP/1.1 200 OK | 127.0.0.1
HTTP/1.1 200 OK | 127.0.0.1
HTTP/1.1 200 OK | 127.0.0.1
HTTP/1.1 200 OK | 127.0.0.1
403
403
403
HTTP/1.1 200 OK | 127.0.0.1
101
101
0 refused, 3 origins
a proxy
-- clients --
HTTP/1.1 200 OK | 127.0.0.1
HTTP/1.1 200 OK | 192.0.2.1
HTTP/1.1 200 OK | 198.51.100.7
HTTP/1.1 200 OK | 198.51.100.7
HTTP/1.1 200 OK | 198.51.100.8
HTTP/1.1 200 OK | 10.0.0.1
HTTP/1.1 200 OK | 127.0.0.1
HTTP/1.1 200 OK | 10.0.0.2
HTTP/1.1 200 OK | 192.0.2.1
HTTP/1.1 200 OK | 2001:db8::1
HTTP/1.1 200 OK | 2001:db8::2
HTTP/1.1 200 OK | 2001:db8:ffff::1
192.0.2.9 192.0.2.9
403
403
HTTP/1.1 200 OK | 192.0.2.1
503
101
1 refused, 2 origins
option "trusted_proxies": "10.0.0.0/33" is not an address such as 192.0.2.1, a network such as 10.0.0.0/8, or unix
option "trusted_proxies": "10.0.0.0/" is not an address such as 192.0.2.1, a network such as 10.0.0.0/8, or unix
option "trusted_proxies": "example.org" is not an address such as 192.0.2.1, a network such as 10.0.0.0/8, or unix
option "trusted_proxies": "" is not an address such as 192.0.2.1, a network such as 10.0.0.0/8, or unix
option "trusted_proxies": "::1/129" is not an address such as 192.0.2.1, a network such as 10.0.0.0/8, or unix
option "trusted_proxies": "10.0.0.0/8/8" is not an address such as 192.0.2.1, a network such as 10.0.0.0/8, or unix
option "trusted_proxies": "10.0.0" is not an address such as 192.0.2.1, a network such as 10.0.0.0/8, or unix