// Generated from openapi/social.yaml by `npm run generate -w contracts`; never edited by hand.
export interface paths {
    "/api/posts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One post
         * @description Without its author's name, unless `include=author` adds it from Social's own replica.
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
         * Posts by their ids, or the posts of one author
         * @description A request has either `ids` or `authorId`, not both. `limit` and `cursor` are allowed only with `authorId`, and `include` with either. Anything else is a 400.
         *     With `ids` the answer is a PostBatch: the posts in the requested order, without unknown ids. With `authorId` the answer is a PostPage, newest first; it is empty if the author has no posts or does not exist.
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
    "/api/feed": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Posts of the caller and the caller's friends, newest first
         * @description A page by cursor. The cursor stays valid while new posts arrive.
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
    "/api/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The caller's number of posts, friends and friend requests
         * @description Friend requests to the caller are counted, too, which nobody else may know.
         */
        get: operations["getOwnCounts"];
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
         * @description A page by cursor: ids, without names.
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
    "/api/friend-requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Friend requests to the caller, or from the caller
         * @description A page by cursor, ordered by the other user's id; without names.
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
        /**
         * What the caller and another user are to each other
         * @description The caller's own id is a 400. A user who does not exist is no friend.
         */
        get: operations["getFriendship"];
        /**
         * Send a friend request, or accept one
         * @description If the other user has sent a request, this accepts it. Idempotent. The caller's own id is a 400. A request to a user who does not exist is taken back within a minute, or when Identity can be asked again. A body is ignored.
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
    "/api/authors": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Users by their ids, from the replica
         * @description The replica consumes the user event log. If an id is left out, the user does not exist, or the replica has not received the user yet.
         */
        get: operations["listAuthors"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/users/{id}/counts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The number of posts and friends of a user
         * @description Both counts are 0 if the user does not exist, because Social cannot distinguish this from a user without posts and friends.
         */
        get: operations["getUserCounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/social-events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The social event log, after a given offset
         * @description An HTTP feed (http-feeds.org) of CloudEvents 1.0. An answer has up to 500 events after `lastEventId`, oldest first. A consumer continues at the address in `Link`. It is up to date when the offset in that address equals `Log-Head`.
         *     The events say what happened to posts and friendships, and hold only ids: no text, no name. Offsets increase and have gaps. An event never appears before an event that a consumer has already read. Consumers skip types and fields that they do not know.
         *     Old events are deleted. A consumer whose offset is lower than `Log-Start` has missed events, and reads posts and friendships anew.
         *     A place in the log is an offset and an epoch; see `Log-Epoch`. While the database is in recovery, as a standby is, the log is not served (503).
         *     The operator names the readers, and each shows its token. Without such tokens, only clients on the same machine may read the log. Each reader with a token may have 25 requests waiting.
         */
        get: operations["listSocialEvents"];
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
         * @description The users with the requested ids, as far as they are in the replica.
         * @example {
         *       "items": [
         *         {
         *           "id": 1,
         *           "username": "cat_sun_dog"
         *         }
         *       ],
         *       "lagMs": 40
         *     }
         */
        AuthorBatch: {
            items: components["schemas"]["User"][];
            /** @description The replica has all changes of users that were made longer ago than this, in milliseconds. Absent while that is not known, as before the replica has caught up with the user event log, or during a rebuild. */
            lagMs?: number;
        };
        /**
         * @description A post. `authorId` is the id of its author.
         * @example {
         *       "id": 5,
         *       "content": "Cats are great, dogs are too. But, to be fair, the sun is much better.",
         *       "authorId": 1,
         *       "createdAt": "2026-01-05T09:30:00.000Z"
         *     }
         */
        Post: {
            id: components["schemas"]["Id"];
            content: components["schemas"]["Content"];
            authorId: components["schemas"]["Id"];
            /** @description Only with `include=author`; null if the author is not in the replica. */
            author?: components["schemas"]["User"] | null;
            createdAt: components["schemas"]["Timestamp"];
            /** @description The time of the last change of the text. Absent if the text was never changed. */
            editedAt?: components["schemas"]["Timestamp"];
        };
        /**
         * @description The posts with the requested ids.
         * @example {
         *       "items": []
         *     }
         */
        PostBatch: {
            items: components["schemas"]["Post"][];
        };
        /**
         * @description Posts, newest first.
         * @example {
         *       "items": [],
         *       "nextCursor": null
         *     }
         */
        PostPage: {
            items: components["schemas"]["Post"][];
            nextCursor: components["schemas"]["NextCursor"];
        };
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
         * @description What the caller and the user `id` are to each other.
         * @example {
         *       "id": 2,
         *       "state": "incoming"
         *     }
         */
        OwnFriendship: {
            id: components["schemas"]["Id"];
            state: components["schemas"]["FriendshipState"];
        };
        /**
         * @description `requested`: the caller has sent a request; `incoming`: the other user has sent one.
         * @example friends
         * @enum {string}
         */
        FriendshipState: "none" | "requested" | "incoming" | "friends";
        /**
         * @description Friends, ordered by id.
         * @example {
         *       "items": [],
         *       "nextCursor": null
         *     }
         */
        FriendPage: {
            items: {
                id: components["schemas"]["Id"];
                since: components["schemas"]["Timestamp"];
            }[];
            nextCursor: components["schemas"]["NextCursor"];
        };
        /**
         * @description Pending friend requests, ordered by the other user's id.
         * @example {
         *       "items": [],
         *       "nextCursor": null
         *     }
         */
        RequestPage: {
            items: {
                id: components["schemas"]["Id"];
                requestedAt: components["schemas"]["Timestamp"];
            }[];
            nextCursor: components["schemas"]["NextCursor"];
        };
        /**
         * @example {
         *       "postCount": 12,
         *       "friendCount": 3
         *     }
         */
        Counts: {
            postCount: components["schemas"]["Count"];
            friendCount: components["schemas"]["Count"];
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
         * @description The offset of the event in the log, as a decimal number (at most 2^53 − 1). Offsets increase and have gaps.
         * @example 42
         */
        EventId: string;
        /**
         * @description The same offset with leading zeros, so that sorting as text gives the order of the log.
         * @example 00000000000000000042
         */
        EventSequence: string;
        /**
         * @description The name of the history that the event belongs to: its epochs, oldest first, at most 16. Each has an id and the offset after which it began. A log gets a new epoch when its database has another history, as after a restore or the promotion of a standby; what was written after that offset in an older epoch may be lost. So a consumer that has read up to an offset in some epoch goes on only if that epoch is the last one here, or if the next one began at that offset or later. Absent in events of older releases.
         * @example 4f1c9a22b7d0e853:0
         */
        EventEpoch: string;
        /**
         * @description The service that owns the log.
         * @example urn:social-network:social
         * @constant
         */
        SocialEventSource: "urn:social-network:social";
        /**
         * @description The W3C Trace Context of the request that caused the event. Absent if there was no request.
         * @example 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
         */
        SocialEventTrace: string;
        /**
         * @description The id of the post, as a decimal number.
         * @example 5
         */
        PostSubject: string;
        /**
         * @description The ids of the two users, the lower one first.
         * @example 1-2
         */
        FriendshipSubject: string;
        /**
         * @description A post, without its text.
         * @example {
         *       "id": 5,
         *       "authorId": 1
         *     }
         */
        PostReference: {
            id: components["schemas"]["Id"];
            authorId: components["schemas"]["Id"];
        };
        /**
         * @description What one user has done to the friendship with another user. `userId` is the user who acted.
         * @example {
         *       "userId": 1,
         *       "otherId": 2
         *     }
         */
        FriendshipChange: {
            userId: components["schemas"]["Id"];
            otherId: components["schemas"]["Id"];
        };
        /**
         * @description A friendship or a friend request that has ended. `userId` is the user who ended it. `wasFriends` is false if it was only a request.
         * @example {
         *       "userId": 1,
         *       "otherId": 2,
         *       "wasFriends": true
         *     }
         */
        EndedFriendship: {
            userId: components["schemas"]["Id"];
            otherId: components["schemas"]["Id"];
            wasFriends: boolean;
        };
        /**
         * @description A user has written a post.
         * @example {
         *       "specversion": "1.0",
         *       "id": "41",
         *       "source": "urn:social-network:social",
         *       "type": "PostCreated",
         *       "subject": "5",
         *       "time": "2026-01-05T09:30:00.000Z",
         *       "sequence": "00000000000000000041",
         *       "datacontenttype": "application/json",
         *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
         *       "epoch": "4f1c9a22b7d0e853:0",
         *       "data": {
         *         "id": 5,
         *         "authorId": 1
         *       }
         *     }
         */
        PostCreated: {
            /** @constant */
            specversion: "1.0";
            id: components["schemas"]["EventId"];
            source: components["schemas"]["SocialEventSource"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "PostCreated";
            subject: components["schemas"]["PostSubject"];
            time: components["schemas"]["Timestamp"];
            sequence: components["schemas"]["EventSequence"];
            /** @constant */
            datacontenttype: "application/json";
            traceparent?: components["schemas"]["SocialEventTrace"];
            epoch?: components["schemas"]["EventEpoch"];
            data: components["schemas"]["PostReference"];
        };
        /**
         * @description The author has changed the text of a post.
         * @example {
         *       "specversion": "1.0",
         *       "id": "42",
         *       "source": "urn:social-network:social",
         *       "type": "PostChanged",
         *       "subject": "5",
         *       "time": "2026-01-05T09:31:00.000Z",
         *       "sequence": "00000000000000000042",
         *       "datacontenttype": "application/json",
         *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
         *       "epoch": "4f1c9a22b7d0e853:0",
         *       "data": {
         *         "id": 5,
         *         "authorId": 1
         *       }
         *     }
         */
        PostChanged: {
            /** @constant */
            specversion: "1.0";
            id: components["schemas"]["EventId"];
            source: components["schemas"]["SocialEventSource"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "PostChanged";
            subject: components["schemas"]["PostSubject"];
            time: components["schemas"]["Timestamp"];
            sequence: components["schemas"]["EventSequence"];
            /** @constant */
            datacontenttype: "application/json";
            traceparent?: components["schemas"]["SocialEventTrace"];
            epoch?: components["schemas"]["EventEpoch"];
            data: components["schemas"]["PostReference"];
        };
        /**
         * @description A post is deleted, by its author or with the author's account.
         * @example {
         *       "specversion": "1.0",
         *       "id": "43",
         *       "source": "urn:social-network:social",
         *       "type": "PostDeleted",
         *       "subject": "5",
         *       "time": "2026-01-05T09:32:00.000Z",
         *       "sequence": "00000000000000000043",
         *       "datacontenttype": "application/json",
         *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
         *       "epoch": "4f1c9a22b7d0e853:0",
         *       "data": {
         *         "id": 5,
         *         "authorId": 1
         *       }
         *     }
         */
        PostDeleted: {
            /** @constant */
            specversion: "1.0";
            id: components["schemas"]["EventId"];
            source: components["schemas"]["SocialEventSource"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "PostDeleted";
            subject: components["schemas"]["PostSubject"];
            time: components["schemas"]["Timestamp"];
            sequence: components["schemas"]["EventSequence"];
            /** @constant */
            datacontenttype: "application/json";
            traceparent?: components["schemas"]["SocialEventTrace"];
            epoch?: components["schemas"]["EventEpoch"];
            data: components["schemas"]["PostReference"];
        };
        /**
         * @description A user has sent a friend request to another user.
         * @example {
         *       "specversion": "1.0",
         *       "id": "44",
         *       "source": "urn:social-network:social",
         *       "type": "FriendshipRequested",
         *       "subject": "1-2",
         *       "time": "2026-01-05T09:33:00.000Z",
         *       "sequence": "00000000000000000044",
         *       "datacontenttype": "application/json",
         *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
         *       "epoch": "4f1c9a22b7d0e853:0",
         *       "data": {
         *         "userId": 2,
         *         "otherId": 1
         *       }
         *     }
         */
        FriendshipRequested: {
            /** @constant */
            specversion: "1.0";
            id: components["schemas"]["EventId"];
            source: components["schemas"]["SocialEventSource"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "FriendshipRequested";
            subject: components["schemas"]["FriendshipSubject"];
            time: components["schemas"]["Timestamp"];
            sequence: components["schemas"]["EventSequence"];
            /** @constant */
            datacontenttype: "application/json";
            traceparent?: components["schemas"]["SocialEventTrace"];
            epoch?: components["schemas"]["EventEpoch"];
            data: components["schemas"]["FriendshipChange"];
        };
        /**
         * @description A user has accepted the friend request of the other user.
         * @example {
         *       "specversion": "1.0",
         *       "id": "45",
         *       "source": "urn:social-network:social",
         *       "type": "FriendshipAccepted",
         *       "subject": "1-2",
         *       "time": "2026-01-05T09:34:00.000Z",
         *       "sequence": "00000000000000000045",
         *       "datacontenttype": "application/json",
         *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
         *       "epoch": "4f1c9a22b7d0e853:0",
         *       "data": {
         *         "userId": 1,
         *         "otherId": 2
         *       }
         *     }
         */
        FriendshipAccepted: {
            /** @constant */
            specversion: "1.0";
            id: components["schemas"]["EventId"];
            source: components["schemas"]["SocialEventSource"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "FriendshipAccepted";
            subject: components["schemas"]["FriendshipSubject"];
            time: components["schemas"]["Timestamp"];
            sequence: components["schemas"]["EventSequence"];
            /** @constant */
            datacontenttype: "application/json";
            traceparent?: components["schemas"]["SocialEventTrace"];
            epoch?: components["schemas"]["EventEpoch"];
            data: components["schemas"]["FriendshipChange"];
        };
        /**
         * @description A user has ended the friendship, has rejected or withdrawn a friend request, or has deleted the account.
         * @example {
         *       "specversion": "1.0",
         *       "id": "46",
         *       "source": "urn:social-network:social",
         *       "type": "FriendshipEnded",
         *       "subject": "1-2",
         *       "time": "2026-01-05T09:35:00.000Z",
         *       "sequence": "00000000000000000046",
         *       "datacontenttype": "application/json",
         *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
         *       "epoch": "4f1c9a22b7d0e853:0",
         *       "data": {
         *         "userId": 1,
         *         "otherId": 2,
         *         "wasFriends": true
         *       }
         *     }
         */
        FriendshipEnded: {
            /** @constant */
            specversion: "1.0";
            id: components["schemas"]["EventId"];
            source: components["schemas"]["SocialEventSource"];
            /**
             * @description discriminator enum property added by openapi-typescript
             * @enum {string}
             */
            type: "FriendshipEnded";
            subject: components["schemas"]["FriendshipSubject"];
            time: components["schemas"]["Timestamp"];
            sequence: components["schemas"]["EventSequence"];
            /** @constant */
            datacontenttype: "application/json";
            traceparent?: components["schemas"]["SocialEventTrace"];
            epoch?: components["schemas"]["EventEpoch"];
            data: components["schemas"]["EndedFriendship"];
        };
        /** @description A change of a post or of a friendship (CloudEvents 1.0). More types may be added; consumers skip unknown types. */
        SocialEvent: components["schemas"]["PostCreated"] | components["schemas"]["PostChanged"] | components["schemas"]["PostDeleted"] | components["schemas"]["FriendshipRequested"] | components["schemas"]["FriendshipAccepted"] | components["schemas"]["FriendshipEnded"];
        /**
         * @description Events ordered by offset, oldest first.
         * @example []
         */
        SocialEventBatch: components["schemas"]["SocialEvent"][];
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
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                ETag: components["headers"]["ETag"];
                "Cache-Control": components["headers"]["Cache-Control"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The client's stored answer is still current. There is no body. */
        PrivateNotModified: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                ETag: components["headers"]["ETag"];
                "Cache-Control": components["headers"]["Private"];
                [name: string]: unknown;
            };
            content?: never;
        };
        /** @description The request has an invalid id, list, page, header or body, an unknown or repeated query parameter, or an unknown field. */
        InvalidRequest: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
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
        /** @description There is no access token, or it is not valid. The access tokens of a session that ended, also by the deletion of the account, are refused within a second; while Social cannot ask Identity which sessions ended, for up to five minutes they are not. */
        Unauthenticated: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
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
        /** @description Another user wrote the post. */
        Forbidden: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
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
        /** @description The resource or the path does not exist. */
        NotFound: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
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
        /** @description The first request with this Idempotency-Key is still being processed. */
        KeyInUse: {
            headers: {
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
                    type?: "urn:social-network:problem:key-in-use";
                    /** @constant */
                    status?: 409;
                };
            };
        };
        /** @description The resource has changed since the version that If-Match names. Nothing was written. */
        Outdated: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
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
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
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
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
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
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
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
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
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
        /** @description The user has written or changed too many posts in a minute. The client can try again after Retry-After. */
        TooManyRequests: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Retry-After": components["headers"]["Retry-After"];
                RateLimit: components["headers"]["RateLimit"];
                "RateLimit-Policy": components["headers"]["RateLimit-Policy"];
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
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
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
        /** @description The service is overloaded or not ready (its database does not answer). The client can try again after Retry-After. */
        Unavailable: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    type?: "urn:social-network:problem:overloaded" | "urn:social-network:problem:not-ready";
                    /** @constant */
                    status?: 503;
                };
            };
        };
        /** @description The service is overloaded or not ready (its database does not answer, or it has no keys for verifying tokens). The client can try again after Retry-After. */
        SessionUnavailable: {
            headers: {
                "X-Request-Id": components["headers"]["X-Request-Id"];
                traceparent: components["headers"]["traceparent"];
                "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                "Cache-Control": components["headers"]["Not-Stored"];
                "Retry-After": components["headers"]["Retry-After"];
                [name: string]: unknown;
            };
            content: {
                "application/problem+json": components["schemas"]["Problem"] & {
                    /** @enum {unknown} */
                    type?: "urn:social-network:problem:overloaded" | "urn:social-network:problem:not-ready" | "urn:social-network:problem:keys-missing";
                    /** @constant */
                    status?: 503;
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
         * @description The author of the posts.
         * @example 1
         */
        AuthorId: components["schemas"]["Id"];
        /**
         * @description 1 to 100 ids of users, separated by commas. Duplicate ids are ignored.
         * @example [
         *       2,
         *       1
         *     ]
         */
        AuthorIds: components["schemas"]["Id"][];
        /**
         * @description `author`: each post contains its author, from the replica.
         * @example author
         */
        Include: "author";
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
         * @description `incoming`: requests to the caller; `outgoing`: requests from the caller.
         * @example outgoing
         */
        Direction: "incoming" | "outgoing";
        /**
         * @description 1 to 200 visible ASCII characters that the client chooses, plain or in double quotes (draft-ietf-httpapi-idempotency-key-header-07).
         * @example 0f8c5e0a-6a5e-4c1e-9e3e-1f2a3b4c5d6e
         */
        IdempotencyKey: string;
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
        /**
         * @description The answer contains the events after this offset. 0 or no value means from the beginning; `latest` means after the newest event, so the answer has no events yet. An offset beyond the newest event is a 400, because it belongs to another log.
         * @example 42
         */
        LastEventId: string;
        /**
         * @description The milliseconds to wait for an event if there is none (long polling). The answer is sent as soon as there are events.
         * @example 5000
         */
        Timeout: number;
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
         * @description The validator of this answer, for If-None-Match and If-Match (RFC 9110).
         * @example "4mXq1cZ5b0mV2m3nRr8jYw"
         */
        ETag: string;
        /**
         * @description The answer may be stored and must be revalidated before each use.
         * @example public, no-cache
         */
        "Cache-Control": "public, no-cache";
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
        /**
         * @description The answer depends on the caller. Only the client itself may store it, and must revalidate it before each use.
         * @example private, no-cache
         */
        Private: "private, no-cache";
        /**
         * @description The path of the new post.
         * @example /api/posts/5
         */
        Location: string;
        /**
         * @description How to authenticate (RFC 6750).
         * @example Bearer
         */
        "WWW-Authenticate": string;
        /**
         * @description For each limit, the remaining uses (`r`) and the seconds until the limit is reset (`t`), see draft-ietf-httpapi-ratelimit-headers-10. Absent if nothing was counted.
         * @example "posts";r=3;t=54
         */
        "Maybe-RateLimit": string;
        /**
         * @description The limits: `q` uses in `w` seconds, see draft-ietf-httpapi-ratelimit-headers-10. Absent if nothing was counted.
         * @example "posts";q=30;w=60
         */
        "Maybe-RateLimit-Policy": string;
        /**
         * @description For each limit, the remaining uses (`r`) and the seconds until the limit is reset (`t`), see draft-ietf-httpapi-ratelimit-headers-10.
         * @example "posts";r=3;t=54
         */
        RateLimit: string;
        /**
         * @description The limits: `q` uses in `w` seconds, see draft-ietf-httpapi-ratelimit-headers-10.
         * @example "posts";q=30;w=60
         */
        "RateLimit-Policy": string;
        /**
         * @description This answer must not be stored.
         * @example no-store
         */
        "Not-Stored": "no-store";
        /**
         * @description The address of the next events (RFC 8288).
         * @example </api/social-events?lastEventId=42>; rel="next"
         */
        Link: string;
        /**
         * @description The offset of the newest event; 0 if the log is empty.
         * @example 57
         */
        "Log-Head": number;
        /**
         * @description All events after this offset are in the log; older ones may be deleted. A consumer whose offset is lower has missed events.
         * @example 0
         */
        "Log-Start": number;
        /**
         * @description The `time` of the event at `lastEventId`; absent if the log has no event there any more. A consumer that knows another time of this event has read another log, such as one that was restored from a copy of its database's files.
         * @example 2026-01-05T09:30:00.000Z
         */
        "Log-Time": string;
        /**
         * @description The epochs of the log, oldest first and the current one last. It ends with the `epoch` of the newest event, unless the current epoch has no event yet.
         * @example 4f1c9a22b7d0e853:0
         */
        "Log-Epoch": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getPost: {
        parameters: {
            query?: {
                /**
                 * @description `author`: each post contains its author, from the replica.
                 * @example author
                 */
                include?: components["parameters"]["Include"];
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
            /** @description The post. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
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
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
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
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["SessionUnavailable"];
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    ETag: components["headers"]["ETag"];
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
            503: components["responses"]["SessionUnavailable"];
        };
    };
    listPosts: {
        parameters: {
            query?: {
                /**
                 * @description 1 to 100 ids, separated by commas. Duplicate ids are ignored.
                 * @example [
                 *       5,
                 *       3
                 *     ]
                 */
                ids?: components["parameters"]["Ids"];
                /**
                 * @description The author of the posts.
                 * @example 1
                 */
                authorId?: components["parameters"]["AuthorId"];
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
                /**
                 * @description `author`: each post contains its author, from the replica.
                 * @example author
                 */
                include?: components["parameters"]["Include"];
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
            /** @description A PostPage for `authorId`, a PostBatch for `ids`. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PostPage"] | components["schemas"]["PostBatch"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    RateLimit: components["headers"]["Maybe-RateLimit"];
                    "RateLimit-Policy": components["headers"]["Maybe-RateLimit-Policy"];
                    Location: components["headers"]["Location"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Post"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
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
            503: components["responses"]["SessionUnavailable"];
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
                /**
                 * @description `author`: each post contains its author, from the replica.
                 * @example author
                 */
                include?: components["parameters"]["Include"];
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
            /** @description A page of posts. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PostPage"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["SessionUnavailable"];
        };
    };
    getOwnCounts: {
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
            /** @description The counts. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnCounts"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["SessionUnavailable"];
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
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of friends. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FriendPage"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["SessionUnavailable"];
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
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of pending requests; `id` is the id of the other user. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RequestPage"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["SessionUnavailable"];
        };
    };
    getFriendship: {
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
                 * @description The id of the user.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state of the friendship. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Private"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnFriendship"];
                };
            };
            304: components["responses"]["PrivateNotModified"];
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["SessionUnavailable"];
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Friendship"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["SessionUnavailable"];
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
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    [name: string]: unknown;
                };
                content?: never;
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["SessionUnavailable"];
        };
    };
    listAuthors: {
        parameters: {
            query: {
                /**
                 * @description 1 to 100 ids of users, separated by commas. Duplicate ids are ignored.
                 * @example [
                 *       2,
                 *       1
                 *     ]
                 */
                ids: components["parameters"]["AuthorIds"];
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
            /** @description The users in the requested order; ids that are not in the replica are left out. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AuthorBatch"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    getUserCounts: {
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
                 * @description The id of the user.
                 * @example 1
                 */
                id: components["parameters"]["UserId"];
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The counts. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    ETag: components["headers"]["ETag"];
                    "Cache-Control": components["headers"]["Cache-Control"];
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Counts"];
                };
            };
            304: components["responses"]["NotModified"];
            400: components["responses"]["InvalidRequest"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
    listSocialEvents: {
        parameters: {
            query?: {
                /**
                 * @description The answer contains the events after this offset. 0 or no value means from the beginning; `latest` means after the newest event, so the answer has no events yet. An offset beyond the newest event is a 400, because it belongs to another log.
                 * @example 42
                 */
                lastEventId?: components["parameters"]["LastEventId"];
                /**
                 * @description The milliseconds to wait for an event if there is none (long polling). The answer is sent as soon as there are events.
                 * @example 5000
                 */
                timeout?: components["parameters"]["Timeout"];
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
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events, or an empty list if there are no newer ones. When the service stops, it answers all waiting requests at once. */
            200: {
                headers: {
                    "X-Request-Id": components["headers"]["X-Request-Id"];
                    traceparent: components["headers"]["traceparent"];
                    "X-Content-Type-Options": components["headers"]["X-Content-Type-Options"];
                    "Cache-Control": components["headers"]["Not-Stored"];
                    Link: components["headers"]["Link"];
                    "Log-Head": components["headers"]["Log-Head"];
                    "Log-Start": components["headers"]["Log-Start"];
                    "Log-Epoch": components["headers"]["Log-Epoch"];
                    "Log-Time": components["headers"]["Log-Time"];
                    [name: string]: unknown;
                };
                content: {
                    "application/cloudevents-batch+json": components["schemas"]["SocialEventBatch"];
                };
            };
            400: components["responses"]["InvalidRequest"];
            401: components["responses"]["Unauthenticated"];
            405: components["responses"]["MethodNotAllowed"];
            408: components["responses"]["RequestTimeout"];
            431: components["responses"]["HeadersTooLarge"];
            500: components["responses"]["Internal"];
            503: components["responses"]["Unavailable"];
        };
    };
}
