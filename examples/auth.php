<?php
/* Who may come in, and as whom: php -d extension=chatroom examples/auth.php [ws://HOST:PORT/PATH]
 *
 * Each visitor of the page gets a signed ticket in a cookie, as a login form would give it. A program that is no
 * browser brings it along as ?token=. A real application keeps the key out of the code and its users in a database. */

// from the environment, where the site that mints the tokens has it too; here, for one run, a random one
define('KEY', getenv('CHAT_KEY') ?: bin2hex(random_bytes(32)));

function sign(string $user): string
{
    return $user . '.' . hash_hmac('sha256', $user, KEY);
}

function user_of(?string $token): ?string
{
    $user = strstr($token ?? '', '.', true);
    return $user && hash_equals(sign($user), $token) ? $user : null;
}

$chat = new Chatroom($argv[1] ?? 'ws://127.0.0.1:8080/ws');

$chat->onHandshake(function (Chatroom\Request $request): int|array {
    $user = user_of($request->cookie('ticket') ?? $request->query('token'));
    return $user === null ? 401 : ['user_id' => $user, 'name' => ucfirst($user)];
});

$chat->addFilter(fn (string $text, Chatroom\Client $client) => "$client->name: $text");

// "/" hands out the ticket with the page; everything the page needs comes from here, too
$chat->onRequest(function (Chatroom\Request $request): ?array {
    static $guests = 0;
    $types = ['html' => 'text/html', 'js' => 'text/javascript', 'css' => 'text/css', 'svg' => 'image/svg+xml'];
    $name = $request->path === '/' ? 'index.html' : basename($request->path);
    $file = __DIR__ . '/web/' . $name;
    $type = $types[pathinfo($name, PATHINFO_EXTENSION)] ?? null;
    if ($type === null || !is_file($file)) {
        return null; // 404
    }
    $headers = ['Content-Type' => "$type; charset=utf-8"];
    if ($name === 'index.html' && user_of($request->cookie('ticket')) === null) {
        $headers['Set-Cookie'] = 'ticket=' . sign('guest' . ++$guests) . '; HttpOnly; SameSite=Strict; Path=/';
    }
    return [200, $headers, file_get_contents($file)];
});

$chat->onStart(function (Chatroom $chat): void {
    $address = $chat->stats()['listen'][0];
    $page = preg_replace('~^ws://([^/]+).*~', 'http://$1/', $address);
    echo "Open $page in a window, and in a private one for a second guest.\n";
    echo "Without a ticket: $address is answered with 401; with one: $address?token=", sign('anna'), "\n";
});
$chat->run();
