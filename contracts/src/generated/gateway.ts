// Generated from openapi/gateway.yaml by `npm run generate -w contracts`; never edited by hand.
export interface paths {
    "/api/posts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One post with its author
         * @description The author comes from the cache, from Identity, or from Social's replica; a post is never missing because of its author.
         */
        get: operations["getPost"];
        put?: never;
        post?: never;
        /**
         * Delete a post
         * @description Only the author of the post may do this.
         */
        delete: operations["deletePost"];
        options?: never;
        head?: never;
        /**
         * Change the text of a post
         * @description Only the author of the post may do this. The posts that a user writes or changes in a minute are limited.
         */
        patch: operations["updatePost"];
        trace?: never;
    };
    "/api/posts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Posts by their ids
         * @description In the order of the ids, at most 100. Unknown ids are left out.
         */
        get: operations["listPosts"];
        put?: never;
        /**
         * Create a post
         * @description With an `Idempotency-Key` the client can safely repeat the request: for 24 hours, the same key with the same body creates no second post. Its answer is the first post as it is now; `editedAt` says that it was edited since, and a 410 that it was deleted. The keys of different users are independent. The posts that a user writes or changes in a minute are limited.
         */
        post: operations["createPost"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One user
         * @description The gateway looks for the user in the same places as for an author. If the user does not exist, the answer is 404. If Identity fails and the user is neither in the cache nor in the replica, the answer is the 502, 503 or 504 of that failure. It is not a 404, because the replica may not have received the user yet. With `AUTHOR_STRATEGY=replica`, a user who is not in the replica is a 404.
         */
        get: operations["getUser"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * People by the beginning of their names
         * @description Ordered by name regardless of case, so that a user of exactly this name is the first one. Identity answers; while it fails, the answer is the 502, 503 or 504 of that failure.
         */
        get: operations["findUsers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/by-name/{username}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The user of a name
         * @description Identity answers; while it fails, the answer is the 502, 503 or 504 of that failure.
         */
        get: operations["getUserByName"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}/posts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A user's posts, newest first
         * @description If Identity says that the user does not exist, the answer is 404. If Identity fails, the page is degraded: its author comes from a stale cache entry or from the replica, or is null.
         */
        get: operations["listUserPosts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}/profile": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The data of a profile screen
         * @description If Identity says that the user does not exist, the answer is 404. If Identity fails, the answer is degraded: `user` and the authors come from stale cache entries or from the replica, or are null. For a caller who is logged in, the answer has the `friendship` and is private; without a valid session it is the same as without any.
         */
        get: operations["getUserProfile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/feed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Posts of the caller and the caller's friends, newest first
         * @description A page by cursor, with every author. The cursor stays valid while new posts arrive.
         */
        get: operations["getFeed"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What concerns the caller, as it happens
         * @description A stream of server-sent events, each within a second of what happened. Its events are `post-created`, `post-changed` and `post-deleted` (data `{"id","authorId"}`) of the caller and the caller's friends; `friend-requested` (data `{"id","direction"}`, incoming or outgoing), `friend-accepted` and `friend-removed` (data `{"id"}`), where `id` is the other user; `user-renamed` (data `{"id","username"}`) of the caller and the caller's friends; `upstream` (data `{"name","available"}`), when a service behind the gateway fails or is back: names may be missing meanwhile; and `reset` (data `{}`).
         *     Every event has an `id`. A client that comes back with it misses nothing and gets nothing twice. After `reset` it loads its screen anew, because what it missed is too old or too much. Clients ignore events that they do not know. While nothing happens, a comment and the current `id` come every 15 s. The stream ends when the access token expires, when the session ends, when the account is deleted, when the client does not read, and when the gateway stops; an EventSource then comes back by itself. With more than 5000 friends, those with the highest ids are left out.
         */
        get: operations["getLive"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/home": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The data of a home screen
         * @description The answer needs the first page of the feed; if Social fails, so does the answer. Everything else may be missing, also while Identity is down: then a username is null, or `requests` or `counts` is null, and `degraded` says so. An answer does not wait long for these parts.
         */
        get: operations["getHome"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/friends": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's friends, ordered by id
         * @description A page by cursor, with the name of every friend.
         */
        get: operations["listFriends"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/friends/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Friend requests to the caller, or from the caller
         * @description A page by cursor, ordered by the id of the other user, with their name.
         */
        get: operations["listFriendRequests"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/friends/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Send a friend request, or accept one
         * @description If the other user has sent a request, this accepts it. Idempotent. The caller's own id is a 400; a user that Identity does not know is a 404. While Identity cannot be asked, the request is stored, and taken back when it turns out that there is no such user. A body is ignored.
         */
        put: operations["putFriend"];
        post?: never;
        /**
         * End a friendship, or refuse or withdraw a request
         * @description Idempotent. The caller's own id is a 400.
         */
        delete: operations["deleteFriend"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/register": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Register and log in
         * @description The password must not be a common one, nor the name or the e-mail; some names are reserved. With a taken name, the answer is about the name alone, whatever the e-mail. Registrations are limited for each address.
         */
        post: operations["register"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log in from a browser
         * @description The answer and its time are the same for an unknown user and for a wrong password. Failed attempts are limited for each account and for each address, and apart from that for each device that has logged in before: the cookie `device` says that it has.
         */
        post: operations["login"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/refresh": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Refresh the session cookies
         * @description The gateway refreshes the session by itself when necessary; a page can call this to learn who is logged in. Without a valid session the answer is 401. A body is ignored.
         */
        post: operations["refresh"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Log out
         * @description This also succeeds if there is no session or it has already ended. An invalid access token in `Authorization` is a 401. While Identity cannot end the session, the answer is an error and the cookies stay, so that the log-out can be repeated. A body is ignored.
         */
        post: operations["logout"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/auth/token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Get tokens, for clients other than browsers
         * @description The body has a username and a password, as for `/api/auth/login`, or the refresh token of an earlier answer. A refresh token stays valid until its successor is used for the first time, since an answer may be lost; if it is used after that, its session ends.
         */
        post: operations["createToken"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's account
         * @description Holds the e-mail, which no other answer has.
         */
        get: operations["getMe"];
        put?: never;
        post?: never;
        /**
         * Delete the account
         * @description Needs the current password. The user's posts and friendships are deleted, too; nothing can be restored.
         */
        delete: operations["deleteMe"];
        options?: never;
        head?: never;
        /**
         * Change the name, the e-mail or the password
         * @description A new e-mail or password requires the current password; without it the answer is 400. A new password ends all other sessions of the user. Changes of the name and the e-mail are limited for each user.
         */
        patch: operations["updateMe"];
        trace?: never;
    };
    "/api/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Where the caller is logged in
         * @description One entry for each browser or client in which the caller has not logged out, the last used first.
         */
        get: operations["listOwnSessions"];
        put?: never;
        post?: never;
        /**
         * Log out everywhere else
         * @description Ends all sessions of the caller except the one that sends the request. An access token of an ended session is accepted until it expires, which takes some minutes.
         */
        delete: operations["deleteOtherSessions"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/me/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End one session
         * @description The caller's own session is a log-out. An unknown id, or that of another user's session, is a 404. An access token of an ended session is accepted until it expires, which takes some minutes.
         */
        delete: operations["deleteOwnSession"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/openapi.json": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document
         * @description As JSON, with the shared parts written out.
         */
        get: operations["getOpenApi"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * This document as a page for people
         * @description Works without the internet, and can send requests to this gateway. A query is ignored, and `/api/docs/` is the same page.
         */
        get: operations["getDocs"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/docs/{file}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A file of the documentation page
         * @description Scripts, styles and pictures of the page at /api/docs.
         */
        get: operations["getDocsFile"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * @description A positive integer of at most 2^53 − 1, which every JSON parser reads exactly.
         * @example 5
         */
        Id: number;
        /**
         * @description Names that differ only in case are the same name.
         * @example cat_sun_dog
         */
        Username: string;
        /**
         * @description The public profile of a user.
         * @example {
         *       "id": 1,
         *       "username": "cat_sun_dog"
         *     }
         */
        User: {
            id: components["schemas"]["Id"];
            username: components["schemas"]["Username"];
        };
        /**
         * @description The public profile of a user, as the answer to a request for this user.
         * @example {
         *       "id": 1,
         *       "username": "cat_sun_dog"
         *     }
         */
        FoundUser: {
            id: components["schemas"]["Id"];
            username: components["schemas"]["Username"];
            degraded?: components["schemas"]["Degraded"];
        };
        /**
         * @description Users whose names begin alike, ordered by name regardless of case.
         * @example {
         *       "items": [
         *         {
         *           "id": 1,
         *           "username": "cat_sun_dog"
         *         }
         *       ],
         *       "nextCursor": null
         *     }
         */
        UserPage: {
            items: components["schemas"]["User"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
        /**
         * @description The parts of a degraded answer that are not as wanted. Only at the top of an answer; a complete answer has no such field.
         * @example [
         *       {
         *         "part": "author",
         *         "reason": "unavailable",
         *         "ids": [
         *           7,
         *           9
         *         ],
         *         "posts": [
         *           12,
         *           14,
         *           17
         *         ]
         *       }
         *     ]
         */
        Degraded: components["schemas"]["DegradedPart"][];
        /**
         * @description `author` stands for the names of users: `ids` has the users, and `posts` the posts in this answer that they wrote. So a client can tell a deleted author from one that cannot be fetched, which are both null. `requests` and `counts` are parts of a home screen, `friendship` of a profile.
         * @example {
         *       "part": "author",
         *       "reason": "unavailable",
         *       "ids": [
         *         7
         *       ],
         *       "posts": [
         *         12
         *       ]
         *     }
         */
        DegradedPart: {
            /** @enum {string} */
            part: "author" | "requests" | "counts" | "friendship";
            /**
             * @description `unavailable`: the part is missing; `stale`: from the cache, and perhaps outdated; `replica`: from the replica, and perhaps outdated.
             * @enum {string}
             */
            reason: "unavailable" | "stale" | "replica";
            ids?: components["schemas"]["Id"][];
            posts?: components["schemas"]["Id"][];
        };
        /**
         * @description The text of a post, exactly as it was sent. Its length is counted in Unicode code points. Posts of earlier releases may have more than 5,000.
         * @example Cats are great, dogs are too. But, to be fair, the sun is much better.
         */
        Content: string;
        /**
         * Format: well-formed-text-without-nul
         * @description The text of a new post. It is stored exactly as it was sent. It is well-formed Unicode (no lone surrogates) without U+0000, has 1 to 5,000 code points, and is not only white space.
         * @example Cats are great, dogs are too. But, to be fair, the sun is much better.
         */
        NewContent: string;
        /**
         * @example {
         *       "content": "Good morning."
         *     }
         */
        NewPost: {
            content: components["schemas"]["NewContent"];
        };
        /**
         * @example {
         *       "content": "Good evening."
         *     }
         */
        PostChange: {
            content: components["schemas"]["NewContent"];
        };
        /**
         * Format: date-time
         * @description RFC 3339, in UTC.
         * @example 2026-01-05T09:30:00.000Z
         */
        Timestamp: string;
        /** @example eyJpIjo1fQ */
        Cursor: string;
        /**
         * @description The `cursor` of the next page; null on the last page.
         * @example eyJpIjo1fQ
         */
        NextCursor: string | null;
        /** @example 12 */
        Count: number;
        /**
         * @description A post with its author.
         * @example {
         *       "id": 5,
         *       "content": "Cats are great, dogs are too. But, to be fair, the sun is much better.",
         *       "author": {
         *         "id": 1,
         *         "username": "cat_sun_dog"
         *       },
         *       "createdAt": "2026-01-05T09:30:00.000Z"
         *     }
         */
        Post: {
            id: components["schemas"]["Id"];
            content: components["schemas"]["Content"];
            /** @description Null if the user does not exist, or cannot be fetched at the moment. */
            author: components["schemas"]["User"] | null;
            createdAt: components["schemas"]["Timestamp"];
            /** @description The time of the last change of the text. Absent if the text was never changed. */
            editedAt?: components["schemas"]["Timestamp"];
            degraded?: components["schemas"]["Degraded"];
        };
        /**
         * @description The posts with the requested ids.
         * @example {
         *       "items": []
         *     }
         */
        PostList: {
            items: components["schemas"]["Post"][];
            degraded?: components["schemas"]["Degraded"];
        };
        /**
         * @description Posts, newest first.
         * @example {
         *       "items": [],
         *       "nextCursor": null
         *     }
         */
        Page: {
            items: components["schemas"]["Post"][];
            nextCursor: components["schemas"]["NextCursor"];
            degraded?: components["schemas"]["Degraded"];
        };
        /**
         * @example {
         *       "user": {
         *         "id": 1,
         *         "username": "cat_sun_dog"
         *       },
         *       "posts": [],
         *       "postCount": 0,
         *       "friendCount": 3
         *     }
         */
        Profile: {
            /** @description Null if the user cannot be fetched at the moment. */
            user: components["schemas"]["User"] | null;
            /** @description The newest posts. */
            posts: components["schemas"]["Post"][];
            postCount: components["schemas"]["Count"];
            friendCount: components["schemas"]["Count"];
            /** @description What the caller and the user are to each other; null if that cannot be fetched at the moment. Only for a caller who is logged in, and not in the caller's own profile. */
            friendship?: components["schemas"]["FriendshipState"] | null;
            degraded?: components["schemas"]["Degraded"];
        };
        /**
         * @example {
         *       "me": {
         *         "id": 1,
         *         "username": "cat_sun_dog"
         *       },
         *       "feed": {
         *         "items": [],
         *         "nextCursor": null
         *       },
         *       "requests": {
         *         "items": [],
         *         "nextCursor": null
         *       },
         *       "counts": {
         *         "postCount": 0,
         *         "friendCount": 0,
         *         "requestCount": 0
         *       }
         *     }
         */
        Home: {
            /** @description The caller. The username is null if it cannot be fetched at the moment. */
            me: {
                id: components["schemas"]["Id"];
                username: components["schemas"]["Username"] | null;
            };
            feed: components["schemas"]["Page"];
            /** @description Friend requests to the caller; null if they cannot be fetched at the moment. */
            requests: components["schemas"]["FriendRequests"] | null;
            /** @description Null if they cannot be fetched at the moment. */
            counts: components["schemas"]["OwnCounts"] | null;
            degraded?: components["schemas"]["Degraded"];
        };
        /**
         * @description The caller's counts. `requestCount` has the friend requests to the caller.
         * @example {
         *       "postCount": 12,
         *       "friendCount": 3,
         *       "requestCount": 1
         *     }
         */
        OwnCounts: {
            postCount: components["schemas"]["Count"];
            friendCount: components["schemas"]["Count"];
            requestCount: components["schemas"]["Count"];
        };
        /**
         * @description `requested`: the caller has sent a request; `incoming`: the other user has sent one.
         * @example friends
         * @enum {string}
         */
        FriendshipState: "none" | "requested" | "incoming" | "friends";
        /**
         * @description The state of the friendship with the user `id`.
         * @example {
         *       "id": 2,
         *       "state": "requested"
         *     }
         */
        Friendship: {
            id: components["schemas"]["Id"];
            /**
             * @description `requested`: the other user has not accepted yet.
             * @enum {string}
             */
            state: "requested" | "friends";
        };
        /**
         * @description Friends, ordered by id.
         * @example {
         *       "items": [],
         *       "nextCursor": null
         *     }
         */
        Friends: {
            items: components["schemas"]["Friend"][];
            nextCursor: components["schemas"]["NextCursor"];
            degraded?: components["schemas"]["Degraded"];
        };
        /**
         * @description A friend, and the start of the friendship.
         * @example {
         *       "id": 2,
         *       "username": "early_bird",
         *       "since": "2026-01-02T12:00:00.000Z"
         *     }
         */
        Friend: {
            id: components["schemas"]["Id"];
            /** @description Null if the name cannot be fetched at the moment. */
            username: components["schemas"]["Username"] | null;
            since: components["schemas"]["Timestamp"];
        };
        /**
         * @description Pending friend requests, ordered by the other user's id.
         * @example {
         *       "items": [],
         *       "nextCursor": null
         *     }
         */
        FriendRequests: {
            items: components["schemas"]["FriendRequest"][];
            nextCursor: components["schemas"]["NextCursor"];
            degraded?: components["schemas"]["Degraded"];
        };
        /**
         * @description A pending friend request; `id` and `username` are those of the other user.
         * @example {
         *       "id": 2,
         *       "username": "early_bird",
         *       "requestedAt": "2026-01-02T12:00:00.000Z"
         *     }
         */
        FriendRequest: {
            id: components["schemas"]["Id"];
            /** @description Null if the name cannot be fetched at the moment. */
            username: components["schemas"]["Username"] | null;
            requestedAt: components["schemas"]["Timestamp"];
        };
        /**
         * Format: email
         * @description Addresses that differ only in case are the same address.
         * @example cat@example.com
         */
        Email: string;
        /**
         * Format: well-formed-text-without-nul
         * @description A username or an e-mail address: well-formed Unicode text without U+0000.
         * @example cat_sun_dog
         */
        Login: string;
        /**
         * Format: well-formed-text
         * @description A password that was chosen before. Any well-formed Unicode text; it is compared after normalization to NFKC.
         * @example correct horse battery staple
         */
        Password: string;
        /**
         * Format: well-formed-text-without-nul
         * @description Well-formed Unicode text without U+0000, of 8 to 128 code points, as it is sent and also after normalization to NFKC. It is not among the most common passwords, and has 8 code points beside the name and the e-mail.
         * @example correct horse battery staple
         */
        NewPassword: string;
        /**
         * @description The data that a new user registers with.
         * @example {
         *       "username": "cat_sun_dog",
         *       "email": "cat@example.com",
         *       "password": "correct horse battery staple"
         *     }
         */
        NewUser: {
            username: components["schemas"]["Username"];
            email: components["schemas"]["Email"];
            password: components["schemas"]["NewPassword"];
        };
        /**
         * @description The data that a user logs in with.
         * @example {
         *       "username": "cat_sun_dog",
         *       "password": "sunny-side-up-2026"
         *     }
         */
        Credentials: {
            username: components["schemas"]["Login"];
            password: components["schemas"]["Password"];
        };
        /**
         * @description The logged-in user. The session itself is in the cookies.
         * @example {
         *       "user": {
         *         "id": 1,
         *         "username": "cat_sun_dog"
         *       }
         *     }
         */
        SessionUser: {
            user: components["schemas"]["User"];
        };
        /**
         * @description A username and a password, or a refresh token.
         * @example {
         *       "username": "cat_sun_dog",
         *       "password": "sunny-side-up-2026"
         *     }
         */
        TokenRequest: {
            username?: components["schemas"]["Login"];
            password?: components["schemas"]["Password"];
            refreshToken?: components["schemas"]["RefreshToken"];
        };
        /**
         * @description A JWT (RFC 9068) to send as `Authorization: Bearer`. It contains the user's id, but no name and no e-mail. Its claim `tokens` has a token for each other service, by its audience; such a token is good at that service alone.
         * @example eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl
         */
        AccessToken: string;
        /**
         * @description Opaque. Each use returns its successor. It stays valid until the successor is used for the first time; if it is used after that, the session ends.
         * @example 7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11.bm90LWEtcmVhbC10b2tlbg
         */
        RefreshToken: string;
        /**
         * @description The number of seconds for which the access token is valid.
         * @example 300
         */
        ExpiresIn: number;
        /**
         * @description The tokens of a session.
         * @example {
         *       "accessToken": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl",
         *       "refreshToken": "7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11.bm90LWEtcmVhbC10b2tlbg",
         *       "expiresIn": 300
         *     }
         */
        Tokens: {
            accessToken: components["schemas"]["AccessToken"];
            refreshToken: components["schemas"]["RefreshToken"];
            expiresIn: components["schemas"]["ExpiresIn"];
        };
        /**
         * @description The caller's account. No other user can see the e-mail.
         * @example {
         *       "id": 1,
         *       "username": "cat_sun_dog",
         *       "email": "cat@example.com"
         *     }
         */
        Me: {
            id: components["schemas"]["Id"];
            username: components["schemas"]["Username"];
            email: components["schemas"]["Email"];
        };
        /**
         * @description At least one change. A new e-mail or password requires the current password.
         * @example {
         *       "username": "cat_moon_dog"
         *     }
         */
        MeChange: {
            username?: components["schemas"]["Username"];
            email?: components["schemas"]["Email"];
            password?: components["schemas"]["NewPassword"];
            currentPassword?: components["schemas"]["Password"];
        };
        /**
         * @description Confirms with the current password that the user wants this.
         * @example {
         *       "currentPassword": "correct horse battery staple"
         *     }
         */
        Confirmation: {
            currentPassword: components["schemas"]["Password"];
        };
        /**
         * @description One place where the caller is logged in.
         * @example {
         *       "id": "7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11",
         *       "device": "Firefox on Windows",
         *       "createdAt": "2026-01-05T09:30:00.000Z",
         *       "lastUsedAt": "2026-01-06T18:15:00.000Z",
         *       "current": true
         *     }
         */
        OwnSession: {
            id: components["schemas"]["SessionId"];
            /**
             * @description A readable name, from the `User-Agent` of the log-in; null if that says nothing.
             * @example Firefox on Windows
             */
            device: string | null;
            createdAt: components["schemas"]["Timestamp"];
            /**
             * Format: date-time
             * @description The time of the last refresh. While a session is used, it is refreshed every few minutes.
             * @example 2026-01-05T09:30:00.000Z
             */
            lastUsedAt: string;
            /**
             * @description Whether this session sent the request.
             * @example true
             */
            current: boolean;
        };
        /**
         * @description The caller's sessions, the last used first; at most 100.
         * @example {
         *       "items": []
         *     }
         */
        OwnSessions: {
            items: components["schemas"]["OwnSession"][];
        };
        /**
         * Format: uuid
         * @example 7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11
         */
        SessionId: string;
        /**
         * @description An OpenAPI 3.1 document.
         * @example {
         *       "openapi": "3.1.0",
         *       "info": {},
         *       "paths": {}
         *     }
         */
        OpenApi: {
            openapi: string;
            info: {
                [key: string]: unknown;
            };
            paths: {
                [key: string]: unknown;
            };
        } & {
            [key: string]: unknown;
        };
        /**
         * @description A description of the error (RFC 9457). `type` is for programs, `detail` is for people.
         * @example {
         *       "type": "urn:social-network:problem:not-found",
         *       "title": "Not found",
         *       "status": 404,
         *       "detail": "There is no user 999.",
         *       "instance": "/api/users/999",
         *       "requestId": "9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d"
         *     }
         */
        Problem: {
            type: string;
            title: string;
            status: number;
            detail: string;
            /** @description The path of the request without its query, cut after 500 characters. */
            instance: string;
            /** @description The same as the header X-Request-Id. */
            requestId: string;
            /** @description For `invalid-request`, the faults of the request; for `conflict`, the fields whose values are taken. */
            errors?: components["schemas"]["InputFault"][];
        };
        /**
         * @example {
         *       "pointer": "/query/limit",
         *       "detail": "expected a whole number from 1 to 100"
         *     }
         */
        InputFault: {
            /** @description The place of the fault: a JSON pointer (RFC 6901) that starts with /path, /query, /body or /header. */
            pointer: string;
            detail: string;
        };
    };
    responses: {
        /** @description The client's stored answer is still current. There is no body. */
        NotModified: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                ETag: components["headers"]["ETag"];
                "Cache-Control": components["headers"]["Cache-Control"];
                Vary: components["headers"]["Maybe-Vary"];
                "Preference-Applied": components["headers"]["Preference-Applied"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The client's stored answer is still current. There is no body. */
        PrivateNotModified: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                ETag: components["headers"]["ETag"];
                "Cache-Control": components["headers"]["Private"];
                Vary: components["headers"]["Maybe-Vary"];
                "Preference-Applied": components["headers"]["Preference-Applied"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The client's stored file is still current. There is no body. */
        PageNotModified: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                ETag: components["headers"]["ETag"];
                "Cache-Control": components["headers"]["Cache-Control"];
                "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The request has an invalid id, list, page, header or body, an unknown or repeated query parameter, or an unknown field. */
        InvalidRequest: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:invalid-request";
                    /** @constant */
                    status?: 400;
                };
            };
        };
        /** @description There is no session, or it is not valid. The access tokens of a session that ended (by a log-out, a new password, the reuse of a refresh token, its owner on another device, or the deletion of the account) are refused within a second; while the gateway cannot ask which sessions ended, for up to five minutes they are not. */
        Unauthenticated: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:unauthenticated";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /** @description There is no user with this name or e-mail, or the password is wrong; the answer does not say which. */
        LoginFailed: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:login-failed";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /** @description There is no user with this name or e-mail, or the password is wrong (`login-failed`). Or the refresh token is not valid (`unauthenticated`). */
        TokenRefused: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "WWW-Authenticate": components["headers"]["WWW-Authenticate"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    type?: "urn:social-network:problem:login-failed" | "urn:social-network:problem:unauthenticated";
                    /** @constant */
                    status?: 401;
                };
            };
        };
        /** @description The request has cookies, but does not prove that a page of this host sent it. */
        NotSameOrigin: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:forbidden";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /** @description Another user wrote the post. Or the request has cookies, but does not prove that a page of this host sent it. */
        Forbidden: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:forbidden";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /** @description The current password is wrong; the session goes on. Or (`forbidden`) the request has cookies, but does not prove that a page of this host sent it. */
        WrongPassword: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    type?: "urn:social-network:problem:wrong-password" | "urn:social-network:problem:forbidden";
                    /** @constant */
                    status?: 403;
                };
            };
        };
        /** @description The resource or the path does not exist. */
        NotFound: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:not-found";
                    /** @constant */
                    status?: 404;
                };
            };
        };
        /** @description The path does not support this method; `Allow` lists the methods that it supports. OPTIONS always works and answers 204 with `Allow`. */
        MethodNotAllowed: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                Allow: components["headers"]["Allow"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:method-not-allowed";
                    /** @constant */
                    status?: 405;
                };
            };
        };
        /** @description Another user has this name or e-mail; `errors` says which. */
        Conflict: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:conflict";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description The first request with this Idempotency-Key is still being processed. */
        KeyInUse: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:key-in-use";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description The resource has changed since the version that If-Match names. Nothing was written. */
        Outdated: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:precondition-failed";
                    /** @constant */
                    status?: 412;
                };
            };
        };
        /** @description The body is larger than 64 KiB. */
        TooLarge: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:content-too-large";
                    /** @constant */
                    status?: 413;
                };
            };
        };
        /** @description The body is not `application/json`. */
        NotJson: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:unsupported-media-type";
                    /** @constant */
                    status?: 415;
                };
            };
        };
        /** @description The request repeats an earlier one with the same Idempotency-Key; its post was deleted since, and no other is created. */
        Gone: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:gone";
                    /** @constant */
                    status?: 410;
                };
            };
        };
        /** @description The same Idempotency-Key was sent with a different body in the last 24 hours. */
        KeyReused: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:key-reused";
                    /** @constant */
                    status?: 422;
                };
            };
        };
        /** @description Too many attempts with a wrong password, registrations, changes of the name or the e-mail, or posts of a user in a minute; or too many requests of an address or a user. The client can try again after Retry-After. */
        TooManyRequests: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:too-many-requests";
                    /** @constant */
                    status?: 429;
                };
            };
        };
        /** @description The request arrived too slowly. The server answers before it has read the request, so the usual headers are missing. */
        RequestTimeout: {
            headers: {
                "Cache-Control": components["headers"]["Not-Stored"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:request-timeout";
                    /** @constant */
                    status?: 408;
                };
            };
        };
        /** @description The request line and the headers together are too large. The server answers before it has read the request, so the usual headers are missing. */
        HeadersTooLarge: {
            headers: {
                "Cache-Control": components["headers"]["Not-Stored"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:headers-too-large";
                    /** @constant */
                    status?: 431;
                };
            };
        };
        /** @description A fault of this service. The answer gives no internal details. */
        Internal: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:internal";
                    /** @constant */
                    status?: 500;
                };
            };
        };
        /** @description A required upstream gave an invalid answer; Proxy-Status names the upstream. */
        UpstreamInvalid: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:upstream-invalid";
                    /** @constant */
                    status?: 502;
                };
            };
        };
        /** @description A required upstream refuses, or its breaker is open. Or the gateway is overloaded and refused the request at once. Or a part of the answer is missing and the client sent `Prefer: handling=strict`. */
        Unavailable: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "Retry-After": components["headers"]["Retry-After"];
                Vary: components["headers"]["Maybe-Vary"];
                "Preference-Applied": components["headers"]["Preference-Applied"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    type?: "urn:social-network:problem:upstream-unavailable" | "urn:social-network:problem:overloaded" | "urn:social-network:problem:incomplete-answer";
                    /** @constant */
                    status?: 503;
                };
            };
        };
        /** @description A required upstream refuses, or its breaker is open. Or the gateway is overloaded and refused the request at once. Or a part of the answer is missing and the client sent `Prefer: handling=strict`. Or the session cannot be checked because Identity is not available; the session and its cookies stay valid. */
        SessionUnavailable: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "Retry-After": components["headers"]["Retry-After"];
                Vary: components["headers"]["Maybe-Vary"];
                "Preference-Applied": components["headers"]["Preference-Applied"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    type?: "urn:social-network:problem:upstream-unavailable" | "urn:social-network:problem:overloaded" | "urn:social-network:problem:incomplete-answer" | "urn:social-network:problem:keys-missing";
                    /** @constant */
                    status?: 503;
                };
            };
        };
        /** @description The gateway is overloaded and refused the request at once. */
        Overloaded: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:overloaded";
                    /** @constant */
                    status?: 503;
                };
            };
        };
        /** @description A required upstream is too slow; Proxy-Status names the upstream. */
        UpstreamTimeout: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @constant */
                    type?: "urn:social-network:problem:upstream-timeout";
                    /** @constant */
                    status?: 504;
                };
            };
        };
        /** @description A required upstream is too slow. Or the write was sent but its answer was lost, so the write may or may not have happened. Proxy-Status names the upstream. */
        WriteTimeout: {
            headers: {
                RateLimit: components["headers"]["Maybe-RateLimit"];
                "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                "Proxy-Status": components["headers"]["Proxy-Status"];
                "Server-Timing": components["headers"]["Server-Timing"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    type?: "urn:social-network:problem:upstream-timeout" | "urn:social-network:problem:outcome-unknown";
                    /** @constant */
                    status?: 504;
                };
            };
        };
    };
    parameters: {
        /**
         * @description The id of the post.
         * @example 5
         */
        PostId: components["schemas"]["Id"];
        /**
         * @description The id of the user.
         * @example 1
         */
        UserId: components["schemas"]["Id"];
        /**
         * @description 1 to 100 ids, separated by commas. Duplicate ids are ignored.
         * @example [
         *       5,
         *       3
         *     ]
         */
        Ids: components["schemas"]["Id"][];
        /**
         * @description The largest number of items in the page.
         * @example 20
         */
        Limit: number;
        /**
         * @description The `nextCursor` of the previous page. Opaque; it stays valid while new posts arrive.
         * @example eyJpIjo1fQ
         */
        Cursor: components["schemas"]["Cursor"];
        /**
         * @description The beginning of the name, in any case.
         * @example cat
         */
        NamePrefix: components["schemas"]["Username"];
        /**
         * @description The name of the user, in any case.
         * @example Cat_Sun_Dog
         */
        Name: components["schemas"]["Username"];
        /**
         * @description The `id` of the last event that the client has, for its first request; see `Last-Event-ID`. A value that the gateway does not know leads to `reset`.
         * @example 42.4f1c9a22b7d0e853-7.8a1c9a22b7d0e853
         */
        LastEventId: string;
        /**
         * @description The `id` of the last event that the client has; an EventSource sends it when it comes back. The stream goes on after it.
         * @example 42.4f1c9a22b7d0e853-7.8a1c9a22b7d0e853
         */
        LastEventIdHeader: string;
        /**
         * @description `incoming`: requests to the caller; `outgoing`: requests from the caller.
         * @example outgoing
         */
        Direction: "incoming" | "outgoing";
        /**
         * @description The id of the session.
         * @example 7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11
         */
        SessionId: components["schemas"]["SessionId"];
        /**
         * @description 1 to 200 visible ASCII characters that the client chooses, plain or in double quotes (draft-ietf-httpapi-idempotency-key-header-07).
         * @example 0f8c5e0a-6a5e-4c1e-9e3e-1f2a3b4c5d6e
         */
        IdempotencyKey: string;
        /**
         * @description With `handling=strict` (RFC 7240) the client gets a 503 that names the missing part instead of a degraded answer. Other preferences are ignored.
         * @example handling=strict
         */
        Prefer: string;
        /**
         * @description The name of the file.
         * @example swagger-ui.css
         */
        DocsFile: string;
        /**
         * @description What an earlier log-in or registration of this user returned in the same header. Attempts of this device are then counted apart from those of others, who cannot lock it out. A token that is unknown or outdated is ignored.
         * @example 3q2-7wAAAAAAAAAAAAAAAA.2jmj7l5rSw0yVb_vlWAYkK_YBwk6bVdd0Y2qCq5Vt4s
         */
        DeviceToken: string;
        /**
         * @description The ETag of the version that the client knows. If the resource has changed since, the answer is 412 and nothing is written (RFC 9110).
         * @example "4mXq1cZ5b0mV2m3nRr8jYw"
         */
        IfMatch: string;
        /**
         * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
         * @example "4mXq1cZ5b0mV2m3nRr8jYw"
         */
        IfNoneMatch: string;
        /**
         * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
         * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
         */
        RequestId: string;
        /**
         * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
         * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
         */
        TraceParent: string;
    };
    requestBodies: never;
    headers: {
        /**
         * @description The id of this request: the client's own if it is well-formed, otherwise a new one. Every log line about the request contains it.
         * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
         */
        "X-Request-Id": string;
        /**
         * @description W3C Trace Context: the request's trace if it is well-formed, otherwise a new one. The span is always new.
         * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
         */
        traceparent: string;
        /**
         * @description Tells browsers to trust Content-Type.
         * @example nosniff
         */
        "X-Content-Type-Options": "nosniff";
        /**
         * @description The validator of this answer, for If-None-Match and If-Match (RFC 9110). Only complete answers have an ETag.
         * @example "4mXq1cZ5b0mV2m3nRr8jYw"
         */
        ETag: string;
        /**
         * @description A complete answer may be stored and must be revalidated before each use. A degraded answer is `no-store`. An answer that depends on the caller is `private`.
         * @example public, no-cache
         */
        "Cache-Control": "public, no-cache" | "private, no-cache" | "no-store";
        /**
         * @description The methods that this path supports (RFC 9110).
         * @example GET, HEAD, OPTIONS
         */
        Allow: string;
        /**
         * @description The client should wait this many seconds before it tries again.
         * @example 1
         */
        "Retry-After": number;
        /** @description One member for each kind of resource that was looked up (RFC 9211), such as `author; hit; ttl=21`, `author; fwd=stale`, or `author; fwd=miss; detail=replica` for an author from Social's replica. */
        "Cache-Status": string;
        /** @description One member for each kind of resource that was looked up (RFC 9211), such as `author; hit; ttl=21`, `author; fwd=stale`, or `author; fwd=miss; detail=replica` for an author from Social's replica. Absent if nothing was looked up. */
        "Maybe-Cache-Status": string;
        /**
         * @description One member for each upstream that failed (RFC 9209), such as `identity; error=destination_unavailable` while its breaker is open.
         * @example identity; error=connection_refused
         */
        "Proxy-Status": string;
        /**
         * @description One member for each upstream that failed (RFC 9209), such as `identity; error=destination_unavailable` while its breaker is open. Absent if no upstream failed.
         * @example identity; error=connection_refused
         */
        "Maybe-Proxy-Status": string;
        /**
         * @description The milliseconds spent in each upstream that was called. Absent if no upstream was called.
         * @example social;dur=2.4, identity;dur=1.8
         */
        "Server-Timing": string;
        /**
         * @description The request headers that the answer depends on.
         * @example Prefer
         */
        Vary: string;
        /**
         * @description The request headers that the answer depends on. Absent if it depends on none.
         * @example Prefer
         */
        "Maybe-Vary": string;
        /**
         * @description Says that the preference of the request was applied (RFC 7240).
         * @example handling=strict
         */
        "Preference-Applied": "handling=strict";
        /**
         * @description Lets the page load files from its own host only.
         * @example default-src 'none'; script-src 'self'
         */
        "Content-Security-Policy": string;
        /**
         * @description Only the client itself may store a complete answer; it must revalidate the answer before each use. A degraded answer is `no-store`.
         * @example private, no-cache
         */
        Private: "private, no-cache" | "no-store";
        /**
         * @description The path of the new post.
         * @example /api/posts/5
         */
        Location: string;
        /**
         * @description The path of the new user.
         * @example /api/users/5
         */
        "User-Location": string;
        /**
         * @description Sets or clears the session cookies, or sets the cookie by which a device is recognized at its next log-in (RFC 6265). They are `Secure` outside localhost.
         * @example __Host-refresh=7d2f0c1e.bm90LWEtcmVhbC10b2tlbg; Path=/; Secure; HttpOnly; SameSite=Lax
         */
        "Set-Cookie": string;
        /**
         * @description A token by which this device can log in as this user, although others guess passwords. It is valid until the password changes, and gives access to nothing.
         * @example 3q2-7wAAAAAAAAAAAAAAAA.2jmj7l5rSw0yVb_vlWAYkK_YBwk6bVdd0Y2qCq5Vt4s
         */
        "X-Device-Token": string;
        /**
         * @description How to authenticate (RFC 6750).
         * @example Bearer
         */
        "WWW-Authenticate": string;
        /**
         * @description For each limit, the remaining attempts (`r`) and the seconds until the limit is reset (`t`), see draft-ietf-httpapi-ratelimit-headers-10. Absent if nothing was counted, and in answers to reads while less than half is used up.
         * @example "account";r=3;t=540
         */
        "Maybe-RateLimit": string;
        /**
         * @description The limits: `q` attempts in `w` seconds, see draft-ietf-httpapi-ratelimit-headers-10. Absent if nothing was counted, and in answers to reads while less than half is used up.
         * @example "account";q=10;w=900
         */
        "Maybe-RateLimit-Policy": string;
        /**
         * @description This answer must not be stored, and no proxy may compress it.
         * @example no-store, no-transform
         */
        "Not-Stored-Nor-Changed": "no-store, no-transform";
        /**
         * @description Tells nginx to pass on each event at once.
         * @example no
         */
        "X-Accel-Buffering": "no";
        /**
         * @description This answer must not be stored.
         * @example no-store
         */
        "Not-Stored": "no-store";
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getPost: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description With `handling=strict` (RFC 7240) the client gets a 503 that names the missing part instead of a degraded answer. Other preferences are ignored.
                 * @example handling=strict
                 */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /**
                 * @description The id of the post.
                 * @example 5
                 */
                id: components["parameters"]["PostId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The post. Its author is null if the user does not exist, or (degraded) if the author cannot be fetched. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Status": components["headers"]["Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Post"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    deletePost: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the version that the client knows. If the resource has changed since, the answer is 412 and nothing is written (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path: {
                /**
                 * @description The id of the post.
                 * @example 5
                 */
                id: components["parameters"]["PostId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The post is deleted. */
            204: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["Outdated"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    updatePost: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the version that the client knows. If the resource has changed since, the answer is 412 and nothing is written (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path: {
                /**
                 * @description The id of the post.
                 * @example 5
                 */
                id: components["parameters"]["PostId"];
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PostChange"];
            };
        };
        responses: {
            /** @description The changed post. */
            200: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Post"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["Forbidden"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["Outdated"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    listPosts: {
        parameters: {
            query: {
                /**
                 * @description 1 to 100 ids, separated by commas. Duplicate ids are ignored.
                 * @example [
                 *       5,
                 *       3
                 *     ]
                 */
                ids: components["parameters"]["Ids"];
            };
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description With `handling=strict` (RFC 7240) the client gets a 503 that names the missing part instead of a degraded answer. Other preferences are ignored.
                 * @example handling=strict
                 */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The posts in the requested order; unknown ids are left out. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Status": components["headers"]["Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PostList"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    createPost: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description 1 to 200 visible ASCII characters that the client chooses, plain or in double quotes (draft-ietf-httpapi-idempotency-key-header-07).
                 * @example 0f8c5e0a-6a5e-4c1e-9e3e-1f2a3b4c5d6e
                 */
                "Idempotency-Key"?: components["parameters"]["IdempotencyKey"];
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewPost"];
            };
        };
        responses: {
            /** @description The post. */
            201: {
                headers: {
                    ETag: components["headers"]["ETag"];
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    Location: components["headers"]["Location"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Post"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotSameOrigin"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["KeyInUse"];
            410: components["responses"]["Gone"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            422: components["responses"]["KeyReused"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    getUser: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description With `handling=strict` (RFC 7240) the client gets a 503 that names the missing part instead of a degraded answer. Other preferences are ignored.
                 * @example handling=strict
                 */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /**
                 * @description The id of the user.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Status": components["headers"]["Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FoundUser"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    findUsers: {
        parameters: {
            query: {
                /**
                 * @description The beginning of the name, in any case.
                 * @example cat
                 */
                username: components["parameters"]["NamePrefix"];
                /**
                 * @description The largest number of items in the page.
                 * @example 20
                 */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description The `nextCursor` of the previous page. Opaque; it stays valid while new posts arrive.
                 * @example eyJpIjo1fQ
                 */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of users. It is empty if no name begins so. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["UserPage"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    getUserByName: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The name of the user, in any case.
                 * @example Cat_Sun_Dog
                 */
                username: components["parameters"]["Name"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user. The name may differ in case from the requested one. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["User"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    listUserPosts: {
        parameters: {
            query?: {
                /**
                 * @description The largest number of items in the page.
                 * @example 20
                 */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description The `nextCursor` of the previous page. Opaque; it stays valid while new posts arrive.
                 * @example eyJpIjo1fQ
                 */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description With `handling=strict` (RFC 7240) the client gets a 503 that names the missing part instead of a degraded answer. Other preferences are ignored.
                 * @example handling=strict
                 */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /**
                 * @description The id of the user.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of posts. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Status": components["headers"]["Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    getUserProfile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description With `handling=strict` (RFC 7240) the client gets a 503 that names the missing part instead of a degraded answer. Other preferences are ignored.
                 * @example handling=strict
                 */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /**
                 * @description The id of the user.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user, the 20 newest posts, and the number of posts and friends. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Status": components["headers"]["Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Profile"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["Unavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    getFeed: {
        parameters: {
            query?: {
                /**
                 * @description The largest number of items in the page.
                 * @example 20
                 */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description The `nextCursor` of the previous page. Opaque; it stays valid while new posts arrive.
                 * @example eyJpIjo1fQ
                 */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description With `handling=strict` (RFC 7240) the client gets a 503 that names the missing part instead of a degraded answer. Other preferences are ignored.
                 * @example handling=strict
                 */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of posts. An author is null if the user does not exist, or (degraded) if the author cannot be fetched. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Page"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    getLive: {
        parameters: {
            query?: {
                /**
                 * @description The `id` of the last event that the client has, for its first request; see `Last-Event-ID`. A value that the gateway does not know leads to `reset`.
                 * @example 42.4f1c9a22b7d0e853-7.8a1c9a22b7d0e853
                 */
                lastEventId?: components["parameters"]["LastEventId"];
            };
            header?: {
                /**
                 * @description The `id` of the last event that the client has; an EventSource sends it when it comes back. The stream goes on after it.
                 * @example 42.4f1c9a22b7d0e853-7.8a1c9a22b7d0e853
                 */
                "Last-Event-ID"?: components["parameters"]["LastEventIdHeader"];
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored-Nor-Changed"];
                    "X-Accel-Buffering": components["headers"]["X-Accel-Buffering"];
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    getHome: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description With `handling=strict` (RFC 7240) the client gets a 503 that names the missing part instead of a degraded answer. Other preferences are ignored.
                 * @example handling=strict
                 */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller, the first page of the feed, the first friend requests to the caller, and the caller's counts. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Home"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    listFriends: {
        parameters: {
            query?: {
                /**
                 * @description The largest number of items in the page.
                 * @example 20
                 */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description The `nextCursor` of the previous page. Opaque; it stays valid while new posts arrive.
                 * @example eyJpIjo1fQ
                 */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description With `handling=strict` (RFC 7240) the client gets a 503 that names the missing part instead of a degraded answer. Other preferences are ignored.
                 * @example handling=strict
                 */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of friends. Friends whose accounts are deleted are left out. A username is null if it cannot be fetched; the answer is then degraded, except with `AUTHOR_STRATEGY=replica`. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Friends"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    listFriendRequests: {
        parameters: {
            query?: {
                /**
                 * @description `incoming`: requests to the caller; `outgoing`: requests from the caller.
                 * @example outgoing
                 */
                direction?: components["parameters"]["Direction"];
                /**
                 * @description The largest number of items in the page.
                 * @example 20
                 */
                limit?: components["parameters"]["Limit"];
                /**
                 * @description The `nextCursor` of the previous page. Opaque; it stays valid while new posts arrive.
                 * @example eyJpIjo1fQ
                 */
                cursor?: components["parameters"]["Cursor"];
            };
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
                /**
                 * @description With `handling=strict` (RFC 7240) the client gets a 503 that names the missing part instead of a degraded answer. Other preferences are ignored.
                 * @example handling=strict
                 */
                Prefer?: components["parameters"]["Prefer"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of pending requests, each with the other user. Users whose accounts are deleted are left out. A username is null if it cannot be fetched; the answer is then degraded, except with `AUTHOR_STRATEGY=replica`. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    Vary: components["headers"]["Vary"];
                    "Preference-Applied": components["headers"]["Preference-Applied"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FriendRequests"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    putFriend: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path: {
                /**
                 * @description The id of the user.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The current state of the friendship. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Friendship"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotSameOrigin"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    deleteFriend: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path: {
                /**
                 * @description The id of the user.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The two users have no friendship and no pending request. */
            204: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotSameOrigin"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    register: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewUser"];
            };
        };
        responses: {
            /** @description The user is registered, and the session cookies are set. */
            201: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    Location: components["headers"]["User-Location"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionUser"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            403: components["responses"]["NotSameOrigin"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    login: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Credentials"];
            };
        };
        responses: {
            /** @description The session cookies are set. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionUser"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["LoginFailed"];
            403: components["responses"]["NotSameOrigin"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    refresh: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session continues, and new cookies are set. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SessionUser"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotSameOrigin"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    logout: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session, if there was one, has ended; the cookies are cleared. */
            204: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    "Set-Cookie": components["headers"]["Set-Cookie"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotSameOrigin"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    createToken: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description What an earlier log-in or registration of this user returned in the same header. Attempts of this device are then counted apart from those of others, who cannot lock it out. A token that is unknown or outdated is ignored.
                 * @example 3q2-7wAAAAAAAAAAAAAAAA.2jmj7l5rSw0yVb_vlWAYkK_YBwk6bVdd0Y2qCq5Vt4s
                 */
                "X-Device-Token"?: components["parameters"]["DeviceToken"];
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenRequest"];
            };
        };
        responses: {
            /** @description The tokens of a new session, or new tokens of the same session. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    "X-Device-Token": components["headers"]["X-Device-Token"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Tokens"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["TokenRefused"];
            403: components["responses"]["NotSameOrigin"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    getMe: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The user. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    deleteMe: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the version that the client knows. If the resource has changed since, the answer is 412 and nothing is written (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Confirmation"];
            };
        };
        responses: {
            /** @description The account and all its sessions are deleted. */
            204: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["WrongPassword"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            412: components["responses"]["Outdated"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    updateMe: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The ETag of the version that the client knows. If the resource has changed since, the answer is 412 and nothing is written (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-Match"?: components["parameters"]["IfMatch"];
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MeChange"];
            };
        };
        responses: {
            /** @description The changed account. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    ETag: components["headers"]["ETag"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["WrongPassword"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            409: components["responses"]["Conflict"];
            412: components["responses"]["Outdated"];
            413: components["responses"]["TooLarge"];
            415: components["responses"]["NotJson"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    listOwnSessions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The sessions. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnSessions"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["UpstreamTimeout"];
        };
    };
    deleteOtherSessions: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller has no other session. */
            204: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotSameOrigin"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    deleteOwnSession: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
            };
            path: {
                /**
                 * @description The id of the session.
                 * @example 7d2f0c1e-5b0a-4f0e-8a43-0a9a3f1f2b11
                 */
                id: components["parameters"]["SessionId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The session has ended. */
            204: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    "Cache-Status": components["headers"]["Maybe-Cache-Status"];
                    "Proxy-Status": components["headers"]["Maybe-Proxy-Status"];
                    "Server-Timing": components["headers"]["Server-Timing"];
                    Vary: components["headers"]["Maybe-Vary"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            403: components["responses"]["NotSameOrigin"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            502: components["responses"]["UpstreamInvalid"];
            503: components["responses"]["SessionUnavailable"];
            504: components["responses"]["WriteTimeout"];
        };
    };
    getOpenApi: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description This document as JSON. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OpenApi"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Overloaded"];
        };
    };
    getDocs: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page that works without the internet. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            304: components["responses"]["PageNotModified"];
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Overloaded"];
        };
    };
    getDocsFile: {
        parameters: {
            query?: never;
            header?: {
                /**
                 * @description The service uses this id if it matches `^[A-Za-z0-9._~:+/=-]{1,128}$`; otherwise it creates a new one. It never causes a 400.
                 * @example 9f2c1a4e-0b1d-4c7a-9d0e-5a3c2b1f0e9d
                 */
                "X-Request-Id"?: components["parameters"]["RequestId"];
                /**
                 * @description W3C Trace Context. A malformed value is replaced. It never causes a 400.
                 * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
                 */
                traceparent?: components["parameters"]["TraceParent"];
                /**
                 * @description The ETag of the client's stored answer. If nothing has changed, the answer is 304 (RFC 9110).
                 * @example "4mXq1cZ5b0mV2m3nRr8jYw"
                 */
                "If-None-Match"?: components["parameters"]["IfNoneMatch"];
            };
            path: {
                /**
                 * @description The name of the file.
                 * @example swagger-ui.css
                 */
                file: components["parameters"]["DocsFile"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A script or a style sheet. */
            200: {
                headers: {
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    "Content-Security-Policy": components["headers"]["Content-Security-Policy"];
                    [name: string]: unknown;
                };
                content: {
                    "text/css": string;
                    "text/javascript": string;
                };
            };
            304: components["responses"]["PageNotModified"];
            400: components["responses"]["InvalidRequest"];
            404: components["responses"]["NotFound"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            429: components["responses"]["TooManyRequests"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Overloaded"];
        };
    };
}
