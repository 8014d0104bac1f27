<?php
/* One login for the site and its chat: php -d extension=chatroom examples/sso.php [ws://HOST:PORT/PATH]
 *
 * The site knows who is logged in; it makes a ticket with Chatroom::token() and puts it into the page. The chat server
 * shares the secret with the site and checks the ticket in C, before any PHP. Here both are one script: "/" plays the
 * site. In a real one, PHP-FPM makes the ticket: it needs the extension too, or any library for JSON Web Tokens. */

$secret = getenv('CHAT_SECRET') ?: bin2hex(random_bytes(32));

$chat = new Chatroom($argv[1] ?? 'ws://127.0.0.1:8080/ws', [
    'secret' => $secret,
    'single_session' => 'kick_old',   // the newer login wins
    'presence' => true,
]);

// whoever brings no ticket is a guest; this chat has none
$chat->onHandshake(fn (Chatroom\Request $request) => $request->query('token') === null ? 401 : null);

$chat->onOnline(fn (string $user) => print("$user is online\n"));
$chat->onOffline(fn (string $user) => print("$user is offline\n"));

// the site: /?user=anna logs anna in
$chat->onRequest(function (Chatroom\Request $request) use ($secret): ?string {
    if ($request->path !== '/') {
        return null; // 404
    }
    $user = $request->query('user') ?? 'anna';
    if (!preg_match('/^\w{1,20}$/', $user)) {
        return null;
    }
    // good for one minute: for the connection that the page opens now, and a new one is asked for with every page
    $ticket = Chatroom::token($user, $secret, 60, ['name' => ucfirst($user)]);
    return "<!doctype html><meta charset=utf-8><title>SSO</title><p>You are logged in as <b>$user</b>. Your ticket:"
        . "<pre style='white-space:pre-wrap'>$ticket</pre>"
        . "<p>A page of the site would say <code>new WebSocket('ws://…/ws?token=' + ticket)</code>, or"
        . " <code>new ChatroomClient('ws://…/ws?token=' + ticket)</code>.";
});

$chat->onStart(function (Chatroom $chat) use ($secret): void {
    $address = $chat->stats()['listen'][0];
    $page = preg_replace('~^ws://([^/]+).*~', 'http://$1/', $address);
    echo "The site: {$page}?user=anna. With its ticket: $address?token=" . Chatroom::token('anna', $secret, 3600) . "\n";
});
$chat->run();
