--TEST--
D80: a ticket's header chooses nothing: no algorithm, no key, no address that is asked for one; and there is no option to look away
--EXTENSIONS--
chatroom
--FILE--
<?php
require __DIR__ . '/../inc/server.inc';
$secret = str_repeat('s', 32);
$trap = stream_socket_server('tcp://127.0.0.1:0'); // whoever fetches a key comes here
$url = 'http://' . stream_socket_get_name($trap, false) . '/keys';
$base64 = fn (string $bytes) => rtrim(strtr(base64_encode($bytes), '+/', '-_'), '=');
$ticket = function (array $header, array $claims = [], ?string $key = null) use ($secret, $base64): string {
    $text = $base64(json_encode($header)) . '.' . $base64(json_encode($claims + ['sub' => 'u', 'exp' => time() + 60]));
    return "$text." . ($key === '' ? '' : $base64(hash_hmac(match ($header['alg'] ?? null) { 'HS384' => 'sha384', 'HS512' => 'sha512', default => 'sha256' }, $text, $key ?? $secret, true)));
};
$hs = ['alg' => 'HS256'];
$urls = ['jku' => $url, 'x5u' => $url, 'kid' => $url];
$tickets = [
    'plain' => $ticket($hs),
    'with addresses in its header' => $ticket($hs + $urls + ['x5c' => [$url], 'cty' => 'JWT', 'typ' => $url]),
    'with a key in its header' => $ticket($hs + ['jwk' => ['kty' => 'oct', 'k' => $base64('k')]]),
    'with addresses in its claims' => $ticket($hs, ['iss' => $url, 'aud' => $url, 'jku' => $url, 'jti' => $url, 'sub' => $url]),
    'kid that names a file' => $ticket($hs + ['kid' => '../../../../dev/null']),
    'signed with the key of its header' => $ticket($hs + ['jwk' => ['kty' => 'oct', 'k' => $base64(str_repeat('k', 32))]], [], str_repeat('k', 32)),
    'signed with what its addresses serve' => $ticket($hs + $urls, [], 'k'),
    'signed with an empty key' => $ticket($hs + ['kid' => '/dev/null'], [], "\0"),
    'alg none, not signed' => $ticket(['alg' => 'none'], [], ''),
    'alg none, signed' => $ticket(['alg' => 'none']),
    'alg NONE, None, ""' => [$ticket(['alg' => 'NONE'], [], ''), $ticket(['alg' => 'None'], [], ''), $ticket(['alg' => ''], [], '')],
    'another alg, rightly signed' => [$ticket(['alg' => 'HS384']), $ticket(['alg' => 'HS512'])],
    'another alg, signed as HS256' => [$ticket(['alg' => 'RS256']), $ticket(['alg' => 'ES256']), $ticket(['alg' => 'HS256 ']), $ticket(['alg' => ['HS256']])],
    'no alg' => $ticket(['typ' => 'JWT']),
    'what must be understood' => $ticket($hs + ['crit' => ['b64'], 'b64' => false]),
    'HS256, not signed' => $ticket($hs, [], ''),
];
$chat = new Chatroom(ANY_PORT, ['log' => null, 'secret' => $secret]);
$chat->onOpen(fn ($client) => $client->sendRaw($client->userId === null ? 'a guest' : (strlen($client->userId) > 1 ? 'its sub' : $client->userId)));
clients($chat, '$tickets = ' . var_export($tickets, true) . ';' . <<<'PHP'
foreach ($tickets as $name => $some) {
    $answers = [];
    foreach ((array) $some as $ticket) {
        $ws = new Ws("/ws?token=$ticket");
        $answers[] = $ws->status() . ($ws->status() === 101 ? ' ' . $ws->read() : '');
        $ws = new Ws('/ws', ['Authorization' => "Bearer $ticket"]);
        $answers[] = $ws->status() . ($ws->status() === 101 ? ' ' . $ws->read() : '');
        $ws = connect('/ws', ['Sec-WebSocket-Protocol' => 'chatroom.v1'])->text('{"type":"hello","token":"' . $ticket . '"}');
        $ws->read();
        $welcome = json_decode($ws->raw, true); // or the kick
        $answers[] = $welcome['type'] === 'kick' ? '401' : '101 ' . (strlen($welcome['user']) > 1 ? 'its sub' : $welcome['user']);
    }
    show("$name: " . implode(', ', array_unique($answers)));
}
PHP);
$chat->run();
$read = [$trap];
$none = null;
echo stream_select($read, $none, $none, 0) === 0 ? "nobody came for a key\n" : "somebody came for a key\n";
echo $chat->stats()['refused_tickets'], " refused\n";
foreach (['insecure', 'insecure_skip_token_check', 'verify', 'algorithms', 'jwks_url', 'anonymous', 'secret_url'] as $option) {
    try {
        new Chatroom(options: ['secret' => $secret, $option => true]);
        echo "option $option\n";
    } catch (ValueError $e) {
        echo strtok($e->getMessage(), ','), "\n";
    }
}
?>
--EXPECT--
nobody came for a key
51 refused
unknown option "insecure"
unknown option "insecure_skip_token_check"
unknown option "verify"
unknown option "algorithms"
unknown option "jwks_url"
unknown option "anonymous"
unknown option "secret_url"
-- clients --
plain: 101 u
with addresses in its header: 101 u
with a key in its header: 101 u
with addresses in its claims: 101 its sub
kid that names a file: 101 u
signed with the key of its header: 401
signed with what its addresses serve: 401
signed with an empty key: 401
alg none, not signed: 401
alg none, signed: 401
alg NONE, None, "": 401
another alg, rightly signed: 401
another alg, signed as HS256: 401
no alg: 401
what must be understood: 401
HS256, not signed: 401
